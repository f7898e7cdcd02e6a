package executors

import (
	"encoding/json"
	"math"
	"reflect"
	"testing"
)

func TestValuesKeepTheirTypes(t *testing.T) {
	for _, v := range []any{
		nil, true, 0, -1, math.MaxInt, math.MinInt, 0.0, 3.0, -2.5, 1e300, 5e-324, "", "a\"\x00ß",
		[]any{}, []any{1, 1.0, []any{nil}}, map[string]any{}, map[string]any{"b": 2.0, "a": []any{"x"}},
	} {
		data, err := appendValue(nil, v)
		if err != nil || !json.Valid(data) {
			t.Fatalf("%#v: %s: %v", v, data, err)
		}
		got, err := decodeValue(data)
		if err != nil || !reflect.DeepEqual(got, v) {
			t.Errorf("%#v became %#v (%s): %v", v, got, data, err)
		}
	}
}

func TestValuesFromElsewhere(t *testing.T) {
	for text, want := range map[string]any{
		" 7 ": 7, "1e3": 1000.0, "123456789012345678901234567890": "123456789012345678901234567890", "-0": 0,
	} {
		if got, err := decodeValue([]byte(text)); err != nil || got != want {
			t.Errorf("%s became %#v: %v", text, got, err)
		}
	}
	for _, text := range []string{"", "NaN", "01", "1e999", "1 2", "1 }", "[1e999]", `{"a":1e999}`, "tru", "-"} {
		if got, err := decodeValue([]byte(text)); err == nil {
			t.Errorf("%q became %#v", text, got)
		}
	}
	for _, v := range []any{math.NaN(), math.Inf(1), []any{math.NaN()}, map[string]any{"a": math.Inf(-1)}, make(chan int)} {
		if data, err := appendValue(nil, v); err == nil {
			t.Errorf("%v was written as %s", v, data)
		}
	}
}

func FuzzDecodeValue(f *testing.F) {
	for _, s := range []string{"1", "-0.0", `{"a":[1,2.5,"x",null,true]}`, "1e400", "12345678901234567890", `[0,-1,"",{},[]]`, `{"a":1,"a":2}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := decodeValue(data)
		if fast, rest, ok := quick(data, 0); ok && len(rest) == 0 {
			slow, err := slowly(data)
			if err != nil || !reflect.DeepEqual(fast, slow) {
				t.Fatalf("%q: quick says %#v, encoding/json %#v: %v", data, fast, slow, err)
			}
		}
		if err != nil {
			return
		}
		again, err := appendValue(nil, v)
		if err != nil {
			t.Fatalf("%q was read as %#v, which cannot be written: %v", data, v, err)
		}
		if w, err := decodeValue(again); err != nil || !reflect.DeepEqual(v, w) {
			t.Fatalf("%q: %#v became %#v: %v", data, v, w, err)
		}
	})
}
