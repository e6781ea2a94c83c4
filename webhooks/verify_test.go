package webhooks_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// verify checks that a message was made by a server that knows the secret, a
// few minutes ago at most.
func verify(secret []byte, header string, body []byte, now time.Time) error {
	stamp, sum, _ := strings.Cut(strings.TrimPrefix(header, "t="), ",v1=")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return errors.New("there is no such signature")
	}
	if now.Sub(time.Unix(seconds, 0)).Abs() > 5*time.Minute {
		return errors.New("it is too old, or the clocks differ")
	}
	mac := hmac.New(sha256.New, secret)
	fmt.Fprintf(mac, "%d.%s", seconds, body)
	got, err := hex.DecodeString(sum)
	if err != nil || !hmac.Equal(got, mac.Sum(nil)) {
		return errors.New("the secret is another, or the message was changed")
	}
	return nil
}

// OPERATIONS.md shows verify as it is here, and a signature that it takes.
func TestDocumentedVerification(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../OPERATIONS.md")
	if err != nil {
		t.Fatal(err)
	}
	own, err := os.ReadFile("verify_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, shown, _ := strings.Cut(string(own), "\n// verify checks")
	shown, _, _ = strings.Cut(shown, "\n}\n")
	if !strings.Contains(string(page), "```go\n// verify checks"+shown+"\n}\n```") {
		t.Error("OPERATIONS.md shows another function")
	}
	example := map[string]string{}
	for _, name := range []string{"secret", "body", "Coscribe-Signature"} {
		_, rest, ok := strings.Cut(string(page), "\n"+name+": ")
		if !ok {
			t.Fatalf("OPERATIONS.md has no example of the %s", name)
		}
		example[name], _, _ = strings.Cut(rest, "\n")
	}
	header, body := example["Coscribe-Signature"], []byte(example["body"])
	seconds, _, _ := strings.Cut(strings.TrimPrefix(header, "t="), ",")
	n, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Unix(n, 0)
	if err := verify([]byte(example["secret"]), header, body, now); err != nil {
		t.Errorf("the example: %v", err)
	}
	for what, err := range map[string]error{
		"another secret":   verify([]byte("x"), header, body, now),
		"another body":     verify([]byte(example["secret"]), header, append(body, ' '), now),
		"another time":     verify([]byte(example["secret"]), strings.Replace(header, "t=1", "t=2", 1), body, now.Add(1_000_000_000*time.Second)),
		"an old message":   verify([]byte(example["secret"]), header, body, now.Add(6*time.Minute)),
		"no signature":     verify([]byte(example["secret"]), "", body, now),
		"half a signature": verify([]byte(example["secret"]), header[:len(header)-1], body, now),
	} {
		if err == nil {
			t.Errorf("%s is taken", what)
		}
	}
}
