package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/coscribe/coscribe/session"
)

// certify writes a certificate for this machine with that serial number, and
// its key, to the files that the flags name.
func certify(t *testing.T, files TLS, serial int64) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{
		files.TLSKey: {Type: "PRIVATE KEY", Bytes: private}, files.TLSCert: {Type: "CERTIFICATE", Bytes: cert},
	} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// certificate names the files of a fresh one.
func certificate(t *testing.T) TLS {
	t.Helper()
	dir := t.TempDir()
	files := TLS{TLSCert: filepath.Join(dir, "cert.pem"), TLSKey: filepath.Join(dir, "key.pem")}
	certify(t, files, 1)
	return files
}

// handshake returns the serial number of what the server shows.
func handshake(address string, config *tls.Config) (int64, error) {
	conn, err := tls.Dial("tcp", address, config)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	return conn.ConnectionState().PeerCertificates[0].SerialNumber.Int64(), nil
}

// With a certificate the server speaks HTTP/2 and HTTP/1.1 over TLS, and
// WebSockets on the same port. A new certificate is shown without a restart,
// and one that is broken never is.
func TestTLS(t *testing.T) {
	t.Parallel()
	files := certificate(t)
	address := serve(t, "--tls-cert", files.TLSCert, "--tls-key", files.TLSKey)
	trusting := &tls.Config{InsecureSkipVerify: true} // it vouches for itself

	for protocol, next := range map[string][]string{"HTTP/2.0": {"h2", "http/1.1"}, "HTTP/1.1": {"http/1.1"}} {
		config := trusting.Clone()
		config.NextProtos = next
		client := &http.Client{Transport: &http.Transport{TLSClientConfig: config, ForceAttemptHTTP2: next[0] == "h2"}}
		answer, err := client.Post("https://"+address+"/v1/documents", "application/json", strings.NewReader(`{"type":"text"}`))
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		if answer.StatusCode != http.StatusCreated || answer.Proto != protocol {
			t.Errorf("%s by %s, want %s", answer.Status, answer.Proto, protocol)
		}
	}

	dialer := websocket.Dialer{Subprotocols: []string{session.Protocol}, TLSClientConfig: trusting}
	conn, _, err := dialer.Dial("wss://"+address+"/v1/connect", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	ann := &person{conn: conn}
	ann.sendf(t, `{"t":"hello","client":"3f0a52a6-58b3-4b0e-9d0e-6a1c4c1d0a01"}`)
	ann.sendf(t, `{"t":"open","doc":"d"}`)
	ann.await(t, "opened")

	if _, err := handshake(address, &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS11}); err == nil {
		t.Error("TLS 1.1 is spoken")
	}
	if answer, err := http.Get("http://" + address + "/healthz"); err == nil {
		if answer.Body.Close(); answer.StatusCode != http.StatusBadRequest {
			t.Errorf("plain HTTP gets %s", answer.Status)
		}
	}

	shows := func(want int64, when string) {
		t.Helper()
		if serial, err := handshake(address, trusting); err != nil || serial != want {
			t.Errorf("%s: certificate %d, %v, want %d", when, serial, err, want)
		}
	}
	shows(1, "first")
	certify(t, files, 2)
	shows(2, "replaced")
	for name, spoil := range map[string]func() error{
		"the key is broken":       func() error { return os.WriteFile(files.TLSKey, []byte("x"), 0o600) },
		"the key is gone":         func() error { return os.Remove(files.TLSKey) },
		"the certificate is gone": func() error { return os.Remove(files.TLSCert) },
	} {
		if err := spoil(); err != nil {
			t.Fatal(err)
		}
		shows(2, name)
	}
	certify(t, files, 3)
	shows(3, "mended")
	ann.sendf(t, `{"t":"ping"}`) // it was here all the time
	ann.await(t, "pong")
}

func TestTLSRefuses(t *testing.T) {
	t.Parallel()
	files, others := certificate(t), certificate(t)
	for _, c := range []TLS{{files.TLSCert, others.TLSKey}, {files.TLSCert, files.TLSCert}, {files.TLSCert, "missing"}, {"missing", files.TLSKey}} {
		if _, err := c.config(slog.New(slog.DiscardHandler)); err == nil {
			t.Errorf("%+v is taken", c)
		}
	}
}

// A certificate that cannot be read again is told once, not with each visitor.
func TestBrokenCertificateIsToldOnce(t *testing.T) {
	t.Parallel()
	files, log := certificate(t), new(bytes.Buffer)
	config, err := files.config(slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(files.TLSCert, []byte("broken"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 100 {
		if pair, err := config.GetCertificate(nil); err != nil || pair.Leaf.SerialNumber.Int64() != 1 {
			t.Fatal(err)
		}
	}
	if n := strings.Count(log.String(), "\n"); n != 1 {
		t.Errorf("%d lines:\n%s", n, log)
	}
}
