package broker

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/nats-io/nkeys"

	"bench/runner/internal/link"
)

// Role is what somebody with a key may do.
type Role string

// The coordinator may do everything, agents what their work needs.
const (
	Coordinator Role = "coordinator"
	Agent       Role = "agent"
)

var roles = []Role{Coordinator, Agent}

// Keys are those of one fleet: of the authority that makes its brokers' certificates, and of the roles. All servers of a
// cluster have the same. Whoever has them can be the broker.
type Keys struct {
	Fleet string          `json:"fleet"`
	CA    string          `json:"ca"`     // PEM
	CAKey string          `json:"ca_key"` // PEM; a secret
	Seeds map[Role]string `json:"seeds"`  // of nkeys; secrets
}

// NewKeys makes keys for a fleet.
func NewKeys(fleet string) (*Keys, error) {
	if !link.Word(fleet) {
		return nil, fmt.Errorf("the fleet %q: letters, digits, _ and - are allowed, 64 at most", fleet)
	}
	k := &Keys{Fleet: fleet, Seeds: map[Role]string{}}
	if err := k.newAuthority(); err != nil {
		return nil, err
	}
	for _, r := range roles {
		pair, err := nkeys.CreateUser()
		if err != nil {
			return nil, err
		}
		seed, err := pair.Seed()
		if err != nil {
			return nil, err
		}
		k.Seeds[r] = string(seed)
	}
	return k, nil
}

// Join is what somebody needs to take part in a role, at servers of the form tls://HOST:PORT.
func (k *Keys) Join(r Role, servers []string) link.Join {
	return link.Join{Fleet: k.Fleet, Servers: slices.Clone(servers), CA: k.CA, Seed: k.Seeds[r], Role: string(r)}
}

// String tells no secrets.
func (k *Keys) String() string { return "the keys of fleet " + k.Fleet }

// GoString is String.
func (k *Keys) GoString() string { return k.String() }

func (k *Keys) valid() error {
	if !link.Word(k.Fleet) {
		return errors.New("these keys name no fleet")
	}
	if _, _, err := k.authority(); err != nil {
		return err
	}
	_, err := k.roles()
	return err
}

// roles are those that have these keys, by the public half.
func (k *Keys) roles() (map[string]Role, error) {
	of := map[string]Role{}
	for _, r := range roles {
		pair, err := nkeys.FromSeed([]byte(k.Seeds[r]))
		if err != nil {
			return nil, fmt.Errorf("the key of the %s cannot be read", r)
		}
		public, err := pair.PublicKey()
		if err != nil {
			return nil, fmt.Errorf("the key of the %s cannot be read", r)
		}
		of[public] = r
	}
	if len(of) != len(roles) {
		return nil, errors.New("two roles have the same key")
	}
	return of, nil
}

const (
	keysFile    = "keys.json"
	largestKeys = 64 << 10 // B
)

// LoadKeys reads the keys of a fleet from a directory, which is made private; on first use they are made. fleet may be ""
// where there are some. No link is followed.
func LoadKeys(dir, fleet string) (*Keys, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	root, err := os.OpenFile(dir, os.O_RDONLY|syscall.O_DIRECTORY|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return nil, fmt.Errorf("%s is no directory for keys: name the directory itself, not a link to it (%w)", dir, err)
	}
	defer root.Close()
	if err := errors.Join(ours(root), root.Chmod(0o700)); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, keysFile)
	k, err := readKeys(path)
	if errors.Is(err, os.ErrNotExist) {
		if k, err = NewKeys(first(fleet, "fleet")); err == nil {
			err = k.write(path)
		}
		if errors.Is(err, os.ErrExist) { // another made them meanwhile
			k, err = readKeys(path)
		}
	}
	if err != nil {
		return nil, err
	}
	if fleet != "" && k.Fleet != fleet {
		return nil, fmt.Errorf("%s holds the keys of the fleet %q, not of %q: name another directory", path, k.Fleet, fleet)
	}
	return k, nil
}

func readKeys(path string) (*Keys, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if errors.Is(err, syscall.ELOOP) {
		return nil, fmt.Errorf("%s is a link: the keys must stand there themselves", path)
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err == nil {
		err = ours(f)
	}
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is no regular file", path)
	case info.Mode().Perm()&0o077 != 0:
		return nil, fmt.Errorf("others can read %s, which holds keys: chmod 600 it", path)
	}
	text, err := io.ReadAll(io.LimitReader(f, largestKeys))
	if err != nil {
		return nil, err
	}
	k := &Keys{}
	if json.Unmarshal(text, k) != nil { // whose message might tell of what stands there
		return nil, fmt.Errorf("%s holds no keys", path)
	}
	if err := k.valid(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return k, nil
}

// write makes the file with all that is in it at once; os.ErrExist if it is there.
func (k *Keys) write(path string) error {
	text, err := json.MarshalIndent(k, "", "  ")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".keys-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(append(text, '\n'))
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Link(f.Name(), path)
}
