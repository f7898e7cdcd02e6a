package broker

import (
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"

	"bench/runner/internal/link"
)

// gate lets those in who have a key, and gives each what its role may do.
type gate struct {
	keys    *Keys
	account *server.Account
	log     func(string)
}

// Check is called by the server for each connection that wants in.
func (g *gate) Check(c server.ClientAuthentication) bool {
	o := c.GetOpts()
	role, err := g.role(o.Nkey, o.Sig, c.GetNonce())
	if err == nil && c.Kind() != server.CLIENT {
		err = errors.New("it is no client")
	}
	if err == nil && role == Agent && !link.Word(o.Name) {
		err = fmt.Errorf("its name %q is none: letters, digits, _ and - are allowed, 64 at most", o.Name[:min(len(o.Name), 80)])
	}
	if err != nil {
		if g.log != nil {
			g.log(fmt.Sprintf("%s is refused: %v", peer(c, o.Name), err))
		}
		return false
	}
	c.RegisterUser(&server.User{Username: string(role) + " " + o.Name, Account: g.account, Permissions: permissions(role, g.keys.Fleet, o.Name)})
	return true
}

// role is the one whose key has signed what the server asked to be signed.
func (g *gate) role(public, signature string, nonce []byte) (Role, error) {
	if public == "" {
		return "", errors.New("it has no key")
	}
	of, err := g.keys.roles()
	if err != nil {
		return "", err
	}
	role, known := of[public]
	if !known {
		return "", errors.New("its key is not one of this fleet: its join file may be of another run")
	}
	signed, err := base64.RawURLEncoding.DecodeString(signature)
	if err != nil {
		signed, err = base64.StdEncoding.DecodeString(signature)
	}
	if err != nil {
		return "", errors.New("its signature cannot be read")
	}
	pair, err := nkeys.FromPublicKey(public)
	if err != nil || len(nonce) == 0 || pair.Verify(nonce, signed) != nil {
		return "", errors.New("it names a key that it does not have")
	}
	return role, nil
}

// permissions are what a role may do; nil is everything. An agent hears its own answers alone: the names of connections
// cannot be guessed. It cannot make, change, empty or remove streams, nor the consumers of tasks, nor give orders to agents as a
// coordinator does; asking who takes part does no harm. To NATS a stream's name is one word, of which no beginning can be
// asked for: of other fleets at the same broker an agent could take tasks, so one broker serves one fleet.
func permissions(r Role, fleet, name string) *server.Permissions {
	if r == Coordinator {
		return nil
	}
	subjects, blobs := "runner."+fleet+".>", "BLOB_"+fleet
	return &server.Permissions{
		Publish: &server.SubjectPermission{Allow: []string{
			subjects, "_INBOX.>",
			"$JS.API.INFO", "$JS.API.STREAM.INFO.*", "$JS.API.STREAM.NAMES", "$JS.API.STREAM.MSG.GET.*", "$JS.API.DIRECT.GET.>",
			"$JS.API.CONSUMER.INFO.*.*", "$JS.API.CONSUMER.MSG.NEXT.*.*", "$JS.ACK.>",
			"$O." + blobs + ".>", "$JS.API.CONSUMER.CREATE.OBJ_" + blobs + ".>", "$JS.API.CONSUMER.DELETE.OBJ_" + blobs + ".*", "$JS.FC.OBJ_" + blobs + ".>", // an object is read by a consumer
		}, Deny: []string{"runner." + fleet + ".agent.>", "runner." + fleet + ".over", "runner." + fleet + ".left"}},
		Subscribe: &server.SubjectPermission{Allow: []string{subjects, link.Inbox(name) + ".>"}},
	}
}

func peer(c server.ClientAuthentication, name string) string {
	at := "somebody at the socket"
	if a := c.RemoteAddress(); a != nil && a.Network() != "pipe" {
		at = a.String()
	}
	if name != "" {
		at += fmt.Sprintf(" (%q)", name[:min(len(name), 80)])
	}
	return at
}
