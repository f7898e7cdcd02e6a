package results

import (
	"reflect"
	"testing"
)

// TestDifferences goes through every field, so that a new one is either told of or left out on purpose.
func TestDifferences(t *testing.T) {
	passing := map[string]bool{"Load": true, "Swap": true, "Parallelism": true, "Branch": true}
	base := known()
	if d := Differences(base, base); len(d) > 0 {
		t.Errorf("of itself: %v", d)
	}
	for i := range reflect.TypeFor[Environment]().NumField() {
		name, changed := reflect.TypeFor[Environment]().Field(i).Name, base
		switch f := reflect.ValueOf(&changed).Elem().Field(i); f.Kind() {
		case reflect.String:
			f.SetString("another")
		case reflect.Int, reflect.Int64:
			f.SetInt(8 << 30)
		case reflect.Bool:
			f.SetBool(true)
		case reflect.Pointer:
			f.Set(reflect.New(f.Type().Elem()))
		default:
			t.Fatalf("%s: %v", name, f.Kind())
		}
		if d := Differences(base, changed); (len(d) == 0) != passing[name] || len(d) > 1 {
			t.Errorf("%s: %v", name, d)
		}
	}
	if got := Differences(Environment{Cores: 2}, Environment{Cores: 4})[0]; got.String() != "usable cores: 2, now 4" || !got.Machine {
		t.Errorf("%v", got)
	}
	if d := Differences(Environment{}, known()); len(d) > 0 {
		t.Errorf("of what is not known: %v", d)
	}
}

// known is an environment of which all is known.
func known() (e Environment) {
	v := reflect.ValueOf(&e).Elem()
	for i := range v.NumField() {
		switch f := v.Field(i); f.Kind() {
		case reflect.String:
			f.SetString("one")
		case reflect.Int, reflect.Int64:
			f.SetInt(2 << 20)
		}
	}
	return e
}
