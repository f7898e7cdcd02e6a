package sqlite

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"bench/runner/results"
)

func roundTrip(t *testing.T, v any) any {
	t.Helper()
	column, digest, err := storedValue(v, 1)
	if err != nil || digest != "" {
		t.Fatalf("%#v: %v %s", v, err, digest)
	}
	got, err := loadValue(column)
	if err != nil {
		t.Fatalf("%#v: %v", v, err)
	}
	return got
}

func TestValueAsStored(t *testing.T) {
	for _, c := range []struct {
		v    any
		want string
	}{
		{3, `3`},
		{3.0, `3.0`},
		{math.Copysign(0, -1), `-0.0`},
		{1e21, `1e+21`},
		{math.NaN(), `{"$float":"NaN"}`},
		{math.Inf(-1), `{"$float":"-Inf"}`},
		{"Größe", `"Größe"`},
		{"\xff", `{"$bytes":"/w=="}`},
		{nil, `null`},
		{[]any{}, `[]`},
		{map[string]any{"$float": 1, "b": true, "a": nil}, `{"$$float":1,"a":null,"b":true}`},
		{json.Number("123456789012345678901234567890"), `123456789012345678901234567890`},
		{[]int64{1, 2}, `[1,2]`},
	} {
		column, _, err := storedValue(c.v, 1)
		if err != nil || column != c.want {
			t.Errorf("%#v is stored as %v (%v), want %s", c.v, column, err, c.want)
		}
	}
}

func TestFloatsComeBackBitForBit(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 5))
	floats := []float64{0, math.Copysign(0, -1), math.MaxFloat64, 5e-324, math.Inf(1), math.Inf(-1), 1 << 60}
	for range 2000 {
		if f := math.Float64frombits(random.Uint64()); !math.IsNaN(f) {
			floats = append(floats, f)
		}
	}
	for _, f := range floats {
		got, ok := roundTrip(t, f).(float64)
		if !ok || math.Float64bits(got) != math.Float64bits(f) {
			t.Errorf("%v came back as %v", f, got)
		}
	}
	if got, ok := roundTrip(t, math.NaN()).(float64); !ok || !math.IsNaN(got) {
		t.Errorf("NaN came back as %v", got)
	}
}

func TestIntegersBeyondIntAreKept(t *testing.T) {
	want := json.Number("-99999999999999999999999")
	if got := roundTrip(t, want); got != want {
		t.Errorf("%v came back as %#v", want, got)
	}
}

func TestLongValuesAreCompressed(t *testing.T) {
	long := make([]any, 10_000)
	for i := range long {
		long[i] = "prime"
	}
	column, _, err := storedValue(long, len(long))
	blob, ok := column.([]byte)
	if err != nil || !ok || len(blob) > 1000 {
		t.Fatalf("%T of %d B (%v)", column, len(blob), err)
	}
	if got := roundTrip(t, long); !reflect.DeepEqual(got, any(long)) {
		t.Error("the value came back different")
	}
}

// A timeline of a real kind: tasks of about 0.8 ms taken from one queue by four workers.
func timeline(tasks int) []results.TaskSpan {
	random := rand.New(rand.NewPCG(9, 9))
	free := make([]time.Duration, 4)
	spans := make([]results.TaskSpan, tasks)
	for i := range spans {
		w := 0
		for j := range free {
			if free[j] < free[w] {
				w = j
			}
		}
		start := free[w] + time.Duration(1000+random.IntN(5000))
		end := start + 800*time.Microsecond + time.Duration(random.ExpFloat64()*1e5)
		spans[i] = results.TaskSpan{Task: i, Worker: w, Start: start, End: end, CPU: end - start - time.Duration(random.IntN(20_000))}
		free[w] = end
	}
	return spans
}

func TestSpansAreSmall(t *testing.T) {
	for _, tasks := range []int{10, 1000, 100_000} {
		spans := timeline(tasks)
		blob, fits := encodeSpans(spans, keepSpans)
		if each := float64(len(blob)) / float64(tasks); !fits || each > 20 {
			t.Errorf("%d spans take %.1f B each", tasks, each)
		}
		got, err := decodeSpans(blob)
		if err != nil || !reflect.DeepEqual(got, spans) {
			t.Errorf("%d spans came back different (%v)", tasks, err)
		}
	}
}

func TestSpansNilAndEmpty(t *testing.T) {
	for _, spans := range [][]results.TaskSpan{nil, {}} {
		blob, _ := encodeSpans(spans, keepSpans)
		got, err := decodeSpans(blob)
		if err != nil || (got == nil) != (spans == nil) || len(got) > 0 {
			t.Errorf("%#v came back as %#v (%v)", spans, got, err)
		}
	}
}

func TestTimelineBeyondTheBound(t *testing.T) {
	spans := timeline(1000)
	if blob, fits := encodeSpans(spans, 2000); fits || blob != nil {
		t.Error("a bound of 2000 B did not hold")
	}
}

func TestDamagedBlobIsRefused(t *testing.T) {
	blob, _ := encodeSpans(timeline(100), keepSpans)
	changed := slices.Clone(blob)
	changed[len(changed)/2] ^= 1
	for name, damaged := range map[string][]byte{
		"changed": changed, "cut off": blob[:len(blob)-1], "followed by a byte": append(slices.Clone(blob), 0), "empty": {},
	} {
		if _, err := decodeSpans(damaged); err == nil {
			t.Errorf("%s: it was read", name)
		}
	}
}

func FuzzSpans(f *testing.F) {
	for _, spans := range [][]results.TaskSpan{{}, timeline(3), {{Task: math.MinInt64, End: math.MaxInt64}}} {
		blob, _ := encodeSpans(spans, keepSpans)
		raw, err := decompress(blob)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0x0f, 0})
	f.Fuzz(func(t *testing.T, raw []byte) {
		spans, err := decodeSpans(compress(raw))
		if err != nil {
			return
		}
		blob, _ := encodeSpans(spans, keepSpans)
		again, err := decodeSpans(blob)
		if err != nil || !reflect.DeepEqual(again, spans) {
			t.Errorf("%v came back as %v (%v)", spans, again, err)
		}
		if _, err := decodeSpans(raw); err == nil && len(raw) > 0 && raw[0]&0x0f != 8 {
			// The first byte of zlib names the method, of which there is one: 8.
			t.Errorf("%x is not compressed, and was read", raw)
		}
	})
}

func FuzzValue(f *testing.F) {
	for _, text := range []string{`[1, 2.0, {"$float": "NaN"}, {"$bytes": "/w=="}, "a"]`, `{"$$a": null, "$bytes:/w==": 1}`, `1e400`, `[`, `{"$float": "x"}`, `{"$bytes": "?"}`, `1 2`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := loadValue(text)
		if err != nil {
			return
		}
		first, err := appendValue(nil, v, 0)
		if err != nil {
			return // nested deeper than is stored
		}
		again, err := loadValue(string(first))
		if err != nil {
			t.Fatalf("%s: %v", first, err)
		}
		second, err := appendValue(nil, again, 0)
		if err != nil || string(second) != string(first) {
			t.Errorf("%s became %s (%v)", first, second, err)
		}
	})
}
