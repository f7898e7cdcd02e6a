package broker

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"time"
)

const (
	holds = 10 * 365 * 24 * time.Hour
	early = 24 * time.Hour // clocks of hosts differ
)

// newAuthority makes the certificate authority of a fleet.
func (k *Keys) newAuthority() error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	t := template("runner fleet " + k.Fleet)
	t.IsCA, t.BasicConstraintsValid, t.MaxPathLenZero = true, true, true
	t.KeyUsage = x509.KeyUsageCertSign
	der, err := x509.CreateCertificate(rand.Reader, t, t, key.Public(), key)
	if err != nil {
		return err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	k.CA = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	k.CAKey = string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}))
	return nil
}

// template is a certificate in the making. Its number has 128 random bits, as CreateCertificate makes it where there is none.
func template(name string) *x509.Certificate {
	return &x509.Certificate{Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-early), NotAfter: time.Now().Add(holds)}
}

// authority is the certificate authority, with its key.
func (k *Keys) authority() (*x509.Certificate, *ecdsa.PrivateKey, error) {
	certificate, _ := pem.Decode([]byte(k.CA))
	private, _ := pem.Decode([]byte(k.CAKey))
	if certificate == nil || private == nil {
		return nil, nil, errors.New("the certificate authority cannot be read")
	}
	ca, err := x509.ParseCertificate(certificate.Bytes)
	if err != nil {
		return nil, nil, fmt.Errorf("the certificate authority cannot be read: %w", err)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(private.Bytes)
	key, ok := parsed.(*ecdsa.PrivateKey)
	if err != nil || !ok || !key.PublicKey.Equal(ca.PublicKey) || !ca.IsCA {
		return nil, nil, errors.New("the key of the certificate authority is not its own")
	}
	return ca, key, nil
}

// certificate is made anew each time a broker starts, for the names that it has now.
func (k *Keys) certificate(names []string) (tls.Certificate, error) {
	ca, signer, err := k.authority()
	if err != nil {
		return tls.Certificate{}, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	t := template("runner broker")
	t.KeyUsage = x509.KeyUsageDigitalSignature
	t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			t.IPAddresses = append(t.IPAddresses, ip)
		} else {
			t.DNSNames = append(t.DNSNames, name)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, t, ca, key.Public(), signer)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("make the broker's certificate: %w", err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}

// clientTLS is for those who join: the broker shows its certificate, they show their key afterwards.
func (k *Keys) clientTLS(own tls.Certificate) *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{own}}
}

// routeTLS is for the servers of a cluster: each shows the other a certificate, which only those with the keys can make.
func (k *Keys) routeTLS(own tls.Certificate) *tls.Config {
	trusted := x509.NewCertPool()
	trusted.AppendCertsFromPEM([]byte(k.CA))
	c := k.clientTLS(own)
	c.RootCAs, c.ClientCAs, c.ClientAuth = trusted, trusted, tls.RequireAndVerifyClientCert
	return c
}
