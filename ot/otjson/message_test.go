package otjson_test

import (
	"strings"
	"testing"

	"github.com/coscribe/coscribe/ot/otjson"
)

// Messages travel and may be logged: they tell the place, not the text.
func TestMessagesQuoteNoText(t *testing.T) {
	t.Parallel()
	for _, op := range []string{
		`[{"insert":"secret\ud800secret"}]`,
		`[{"insert":"secret` + "\xff" + `secret"}]`,
		`[{"insert":"secret\qsecret"}]`,
		`[{"insert":"secret}]`,
		`[{"insert":"x","attributes":{"a":"secret\udc00"}}]`,
		`[{"insert":"x"},secret]`,
	} {
		_, err := otjson.Decode([]byte(op))
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", op, err)
		}
		if _, err := otjson.Canonical([]byte(op)); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("canonical %s: %v", op, err)
		}
	}
}
