package session

import (
	"bytes"
	"crypto/ed25519"
	"crypto/tls"
	"crypto/x509"
	"io"
	"math/big"
	"net"
	"testing"
	"testing/synctest"
	"time"
)

// P7 over TLS: a reader that takes some of a large message in every stall gets
// all of it, however long that takes; one that takes nothing does not hold
// up the writer for longer than a stall.
func TestP7Encrypted(t *testing.T) {
	t.Parallel()
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().AddDate(200, 0, 0)}
	cert, err := x509.CreateCertificate(nil, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	config := &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{cert}, PrivateKey: key}}}
	const stall = 10 * time.Second
	for name, test := range map[string]struct {
		takes int // bytes a second
		whole bool
	}{"slow": {4 << 10, true}, "stalled": {0, false}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				here, there := net.Pipe()
				server := tls.Server(here, config)
				client := tls.Client(there, &tls.Config{InsecureSkipVerify: true})
				shaken := make(chan error, 1)
				go func() { shaken <- client.Handshake() }()
				if err := server.Handshake(); err != nil {
					t.Fatal(err)
				}
				if err := <-shaken; err != nil {
					t.Fatal(err)
				}
				message := bytes.Repeat([]byte("x"), 1<<20)
				var got bytes.Buffer
				done := make(chan struct{})
				go func() {
					defer close(done)
					for test.takes > 0 && got.Len() < len(message) {
						if _, err := io.CopyN(&got, client, int64(test.takes)); err != nil {
							return
						}
						time.Sleep(time.Second)
					}
				}()
				began := time.Now()
				err := writePatiently(server, net.Buffers{message[:10], message[10:]}, stall)
				took := time.Since(began)
				_ = here.Close()
				<-done
				_ = there.Close()
				switch {
				case test.whole && (err != nil || !bytes.Equal(got.Bytes(), message) || took < stall):
					t.Errorf("%d of %d bytes in %v: %v", got.Len(), len(message), took, err)
				case !test.whole && (err == nil || took > 2*stall):
					t.Errorf("after %v: %v", took, err)
				}
			})
		})
	}
}
