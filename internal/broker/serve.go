package broker

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
)

const largestOrder = 1 << 20 // B

// answer is what a broker that was spawned tells as its first line.
type answer struct {
	Listen  string   `json:"listen,omitempty"`
	Cluster string   `json:"cluster,omitempty"`
	Servers []string `json:"servers,omitempty"`
	Error   string   `json:"error,omitempty"`
}

// Serve is the process that Spawn starts. It reads its options from in, as JSON in one line, since they hold keys; tells out
// where it listens; writes what its Log is told to log; and goes on until in ends, which it does with the process that spawned it.
func Serve(in io.Reader, out, log io.Writer) error {
	r := bufio.NewReader(in)
	line, err := readLine(r, largestOrder)
	if err != nil {
		return fmt.Errorf("a broker is spawned by runner, which tells it what to do: %w", err)
	}
	var o Options
	if err := json.Unmarshal(line, &o); err != nil {
		return errors.New("these are no options of a broker") // which hold keys
	}
	var mu sync.Mutex
	o.Log = func(line string) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintln(log, line)
	}
	b, err := Start(o)
	if err != nil {
		_ = json.NewEncoder(out).Encode(answer{Error: err.Error()})
		return err
	}
	defer b.Stop()
	if err := json.NewEncoder(out).Encode(answer{Listen: b.Listen, Cluster: b.Cluster, Servers: b.Servers}); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, r)
	return err
}

// readLine reads a line of limited length.
func readLine(r *bufio.Reader, most int) (line []byte, err error) {
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case err == nil:
			return line, nil
		case len(line) > most:
			return nil, fmt.Errorf("a line has more than %d B", most)
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		}
	}
}
