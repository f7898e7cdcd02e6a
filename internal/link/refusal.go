package link

import (
	"crypto/x509"
	"errors"
	"fmt"
	"strings"

	"github.com/nats-io/nats.go"
)

// final tells whether trying again changes nothing.
func final(err error) bool { return (Join{}).refusal(err) != nil }

// refusal is what an error of connecting means, with what to do about it; nil if trying again may help.
func (j Join) refusal(err error) error {
	var (
		stranger  x509.UnknownAuthorityError
		otherName x509.HostnameError
		invalid   x509.CertificateInvalidError
	)
	say := func(text string, args ...any) error {
		return fmt.Errorf("the broker at "+j.Where()+" "+text, args...)
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, nats.ErrPermissionViolation):
		return say("lets this key take part in another fleet, not in %q: is the join file of another run? (%w)", j.Fleet, err)
	case unauthorized(err) && j.Seed == "":
		return say("wants a key, and the join file holds none: take the join file that it wrote (%w)", err)
	case unauthorized(err):
		return say("does not know this key: is the join file of another run? (%w)", err)
	case errors.Is(err, nats.ErrNkeysNotSupported):
		return say("knows no keys, and the join file holds one: is it of another broker? (%w)", err)
	case errors.Is(err, nats.ErrSecureConnWanted):
		return say("does not speak TLS, which the join file asks for: is it of another broker? (%w)", err)
	case errors.As(err, &stranger) && j.CA == "":
		return say("speaks TLS, and the join file holds no certificate authority to know it by: take the join file that it wrote (%w)", err)
	case errors.As(err, &stranger):
		return say("has a certificate of another authority than that of the join file: is it of another run? (%w)", err)
	case errors.As(err, &otherName):
		return say("has a certificate for other names: name this address with --servers when it is started (%w)", err)
	case errors.As(err, &invalid):
		return say("has a certificate that does not hold: are the clocks of both hosts right? (%w)", err)
	case strings.Contains(err.Error(), "remote error: tls:"):
		return say("refuses this connection: %w", err)
	case errors.Is(err, nats.ErrNoInfoReceived):
		return fmt.Errorf("what listens at %s is no NATS server: is the port right? (%w)", j.Where(), err)
	}
	return nil
}

func unauthorized(err error) bool {
	return errors.Is(err, nats.ErrAuthorization) || errors.Is(err, nats.ErrAuthExpired) || errors.Is(err, nats.ErrAuthRevoked) ||
		strings.Contains(strings.ToLower(err.Error()), "authorization violation")
}
