package starter

import "strings"

// readSteps makes prepare and cleanup of the four options. A workload has one of each: the one around every trial wins.
func (c *conversion) readSteps() *Problem {
	for i := range c.works {
		w := &c.works[i]
		params := c.params
		if c.reference && i == 0 {
			params = nil
		}
		var problem *Problem
		if w.prepare, problem = c.step(i, params, "setup", "prepare"); problem != nil {
			return problem
		}
		if w.cleanup, problem = c.step(i, params, "cleanup", "conclude"); problem != nil {
			return problem
		}
	}
	for _, pair := range [][2]string{{"setup", "prepare"}, {"cleanup", "conclude"}} {
		w, is := c.args.last(pair[0])
		switch {
		case !is:
		case len(c.args.all(pair[1])) > 0:
			c.note("--%s is not carried over, since a workload has one %s and --%s is it: do it by hand, or before the rest of that text: %s",
				pair[0], key(pair[0]), pair[1], w.text)
		case c.compared():
			c.note("--%s: the cells take turns, so what is done for one must not undo what is done for another", pair[0])
		}
	}
	return nil
}

func key(long string) string {
	if long == "setup" {
		return "prepare"
	}
	return long
}

// step reads an option for the times around all trials, and the one for each trial, of the nth workload.
func (c *conversion) step(n int, params []param, around, each string) (step, *Problem) {
	w, is := c.args.last(around)
	s := step{}
	if all := c.args.all(each); len(all) > 0 {
		if len(all) > 1 && len(all) != len(c.works) {
			return s, all[len(all)-1].problem("give it once, or once for each command; {VAR} in it is filled in", "--%s is there %s for %s", each,
				times(len(all)), many(len(c.works), "command"))
		}
		w, is, s.each = all[min(n, len(all)-1)].values[0], true, "trial"
	}
	if !is || strings.TrimSpace(w.text) == "" {
		return step{}, nil
	}
	var problem *Problem
	s.body, problem = c.body(w, params, nil)
	return s, problem
}
