package workloads

import (
	"bytes"
	"context"
	"hash/crc32"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

func TestCopyFiles(t *testing.T) {
	temp := t.TempDir()
	t.Chdir(temp)
	for _, size := range []int{0, 1, 1 << 18, 1<<18 + 1, 700_001} {
		buffered := mustRun(t, "copy_files", Args{"files": 3, "size": size}).(map[string]any)
		if buffered["bytes"] != 3*size {
			t.Errorf("copied %v B, want 3 × %d", buffered["bytes"], size)
		}
		if synced := mustRun(t, "copy_files", Args{"files": 3, "size": size, "sync": true}); !reflect.DeepEqual(synced, any(buffered)) {
			t.Errorf("synced %v, else %v", synced, buffered)
		}
		sum := 0
		for _, cut := range [][2]int{{0, 1}, {1, 3}} {
			part := mustRun(t, "copy_files", Args{"files": 3, "size": size, "lo": cut[0], "hi": cut[1]}).(map[string]any)
			sum += part["checksum"].(int)
		}
		if sum != buffered["checksum"] {
			t.Errorf("size %d: the parts' checksums add up to %d, the whole has %v", size, sum, buffered["checksum"])
		}
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestCopierCopiesWhatWasThere(t *testing.T) {
	dir := t.TempDir()
	c := copier{ctx: t.Context(), dir: dir, buffer: make([]byte, 1000)}
	var contents [][]byte
	for i := range 3 {
		path := filepath.Join(dir, "source")
		if err := c.fill(path, i, 2500); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("mode %v, %v: others can read it", info.Mode(), err)
		}
		content, err := os.ReadFile(path)
		if err != nil || len(content) != 2500 {
			t.Fatalf("%d B, %v", len(content), err)
		}
		var copied bytes.Buffer
		n, sum, err := c.transfer(&copied, bytes.NewReader(content))
		if err != nil || n != 2500 || sum != crc32.ChecksumIEEE(content) || !bytes.Equal(copied.Bytes(), content) {
			t.Errorf("file %d: %d B, checksum %x, %v", i, n, sum, err)
		}
		if err := c.fill(path, i, 1); !os.IsExist(err) {
			t.Errorf("an existing file was written over: %v", err)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		contents = append(contents, content)
	}
	if bytes.Equal(contents[0], contents[1]) || bytes.Equal(contents[1], contents[2]) {
		t.Error("two files have the same content")
	}
}

func TestCopyFilesCleansUpAfterTrouble(t *testing.T) {
	temp := t.TempDir()
	t.Chdir(temp)
	w, _ := Lookup("copy_files")
	t.Setenv("TMPDIR", t.TempDir()+"/none") // a trial that is killed would leave its files there
	mustRun(t, "copy_files", Args{"files": 1})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, args := range []Args{{"files": 2}, {"files": 2, "hi": 3}, {"files": 2, "lo": 2, "hi": 1}} {
		if result, err := run(ctx, w, args); err == nil {
			t.Errorf("%v gave %v", args, result)
		}
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	gone := t.TempDir()
	t.Chdir(gone)
	if err := os.Remove(gone); err != nil {
		t.Skip(err)
	}
	if result, err := run(t.Context(), w, Args{}); err == nil {
		t.Errorf("without a directory it gave %v", result)
	}
}
