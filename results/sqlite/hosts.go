package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"bench/runner/results"
)

// AddHost notes a host of a run, before its first trial there is recorded. Of one that is there already, since it joins once
// more, the machine is noted anew, and its calibrations are kept.
func (db *DB) AddHost(ctx context.Context, id string, host results.Host) error {
	return db.changeHosts(ctx, id, func(hosts []results.Host) ([]results.Host, error) {
		i, known := findHost(hosts, host.Name)
		if known {
			host.Calibrations = slices.Concat(hosts[i].Calibrations, host.Calibrations)
			hosts[i] = host
			return hosts, nil
		}
		return slices.Insert(hosts, i, host), nil
	})
}

// Calibrate adds a calibration to those of a host of the run.
func (db *DB) Calibrate(ctx context.Context, id, host string, c results.Calibration) error {
	return db.changeHosts(ctx, id, func(hosts []results.Host) ([]results.Host, error) {
		i, known := findHost(hosts, host)
		if !known {
			return nil, fmt.Errorf("it has no host %q", host)
		}
		hosts[i].Calibrations = append(hosts[i].Calibrations, c)
		return hosts, nil
	})
}

func findHost(hosts []results.Host, name string) (int, bool) {
	return slices.BinarySearchFunc(hosts, name, func(h results.Host, name string) int { return strings.Compare(h.Name, name) })
}

// changeHosts lets several processes add to the hosts of one run.
func (db *DB) changeHosts(ctx context.Context, id string, change func([]results.Host) ([]results.Host, error)) error {
	return db.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		run, err := db.runWithin(ctx, tx, id)
		if err != nil {
			return err
		}
		hosts, err := change(run.Hosts)
		if err == nil {
			err = results.ValidHosts(hosts)
		}
		var text []byte
		if err == nil {
			text, err = json.Marshal(hosts)
		}
		if err != nil {
			return fmt.Errorf("run %s: %w", id, err)
		}
		if _, err := tx.ExecContext(ctx, `UPDATE runs SET hosts = ? WHERE id = ?`, string(text), id); err != nil {
			return err
		}
		return seal(ctx, tx, id)
	})
}

// checkHosts says what is wrong with the hosts of a trial: one for all workers, or one for each.
func checkHosts(t *results.Trial) error {
	if n := len(t.Hosts); n > mostWorkers {
		return fmt.Errorf("%d hosts are too many", n)
	}
	for _, name := range t.Hosts {
		if err := results.ValidHost(name); err != nil {
			return err
		}
	}
	return nil
}
