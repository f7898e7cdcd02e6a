package spec

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// tasks makes the list of a cell's tasks, and says in words how much work they are.
func (w *filling) tasks(t taskForm, base map[string]any) (tasks []map[string]any, amount string) {
	if !w.fine {
		return nil, ""
	}
	switch t.kind {
	case once:
		tasks, amount = []map[string]any{base}, calls(1)
	case count:
		tasks, amount = w.repeated(t, base)
	case ranged:
		tasks, amount = w.ranged(t, base)
	case split:
		tasks, amount = w.split(t, base)
	case zipped:
		tasks, amount = w.zipped(t, base)
	case each:
		tasks, amount = w.each(t, base)
	}
	if !w.fine {
		return nil, ""
	}
	return tasks, amount
}

func calls(n int) string {
	if n == 1 {
		return "1 call"
	}
	return fmt.Sprintf("%d calls", n)
}

// room tells whether n more tasks of so many values each can be kept in memory.
func (w *filling) room(t taskForm, n, values int) bool {
	w.made += n
	w.values += n * values
	switch {
	case w.made > maxTasks:
		w.fail(t.v, "use larger chunks, or fewer cells", "the plan has more than %d different tasks", maxTasks)
	case w.values > maxValues:
		w.fail(t.v, "use larger chunks, or fewer cells", "the different tasks of the plan have more than %d values", maxValues)
	default:
		return true
	}
	return false
}

func (w *filling) repeated(t taskForm, base map[string]any) ([]map[string]any, string) {
	n := w.whole(t.count)
	if n < 1 || n > maxCalls {
		w.fail(t.v, "from 1 to "+strconv.Itoa(maxCalls), "%d is no number of calls", n)
		return nil, ""
	}
	if w.calls += n; w.calls > maxCalls {
		w.fail(t.v, "use fewer calls, or fewer cells", "the plan has more than %d calls in all", maxCalls)
		return nil, ""
	}
	return slices.Repeat([]map[string]any{base}, n), calls(n)
}

// ranged cuts [lo, hi) into chunks; the last one may be shorter.
func (w *filling) ranged(t taskForm, base map[string]any) ([]map[string]any, string) {
	lo, hi, chunk := 0, w.whole(t.hi), w.whole(t.chunk)
	if t.lo.v != nil {
		lo = w.whole(t.lo)
	}
	switch {
	case !w.fine:
		return nil, ""
	case hi <= lo:
		w.fail(t.v, "the first bound must be less than the second", "the range %d to %d is empty", lo, hi)
		return nil, ""
	case chunk < 1:
		w.fail(t.chunk.v, "at least 1", "chunk is %d", chunk)
		return nil, ""
	}
	span := uint64(hi) - uint64(lo)
	n := (span-1)/uint64(chunk) + 1
	if n > maxTasks {
		w.fail(t.chunk.v, "use a larger chunk", "the range makes %d tasks, more than %d", n, maxTasks)
		return nil, ""
	}
	if !w.room(t, int(n), len(base)+2) {
		return nil, ""
	}
	tasks := make([]map[string]any, 0, n)
	for i := range n {
		from := lo + int(i)*chunk
		to := hi
		if i+1 < n {
			to = from + chunk
		}
		tasks = append(tasks, with(base, map[string]any{"lo": from, "hi": to}))
	}
	return tasks, fmt.Sprintf("the range %d to %d", lo, hi)
}

func with(base, more map[string]any) map[string]any {
	task := make(map[string]any, len(base)+len(more))
	maps.Copy(task, base)
	maps.Copy(task, more)
	return task
}

// split shares totals out: one task a worker, the first ones get one more where it does not come out even.
func (w *filling) split(t taskForm, base map[string]any) ([]map[string]any, string) {
	totals := map[string]any{}
	w.add(totals, t.args)
	if !w.fine {
		return nil, ""
	}
	workers := w.cell.Workers
	if !w.room(t, workers, len(base)+len(t.args)) {
		return nil, ""
	}
	tasks := make([]map[string]any, workers)
	var words []string
	for i := range tasks {
		tasks[i] = with(base, nil)
	}
	for _, a := range t.args {
		total := totals[a.name].(int)
		if total < 0 {
			w.fail(a.field.v, "0 or more", "%s is %d", a.name, total)
		}
		for i := range tasks {
			tasks[i][a.name] = share(total, workers, i)
		}
		words = append(words, fmt.Sprintf("%s=%d in all", a.name, total))
	}
	return tasks, strings.Join(words, ", ")
}

// share is what worker i of n gets of a total.
func share(total, n, i int) int {
	part := total / n
	if i < total%n {
		part++
	}
	return part
}

// zipped takes the elements of all lists side by side; what is no list repeats.
func (w *filling) zipped(t taskForm, base map[string]any) ([]map[string]any, string) {
	values := make([]any, len(t.args))
	length, lists := 1, false
	for i, a := range t.args {
		values[i] = w.value(a)
		list, isList := values[i].([]any)
		switch {
		case !isList:
		case lists && len(list) != length:
			w.fail(a.field.v, "lists under tasks go together, element by element", "%s has %d values, not %d", a.name, len(list), length)
		default:
			length, lists = len(list), true
		}
	}
	if length == 0 {
		w.fail(t.v, "write at least one value", "a list under tasks is empty")
	}
	if !w.fine || !w.room(t, length, len(base)+len(t.args)) {
		return nil, ""
	}
	tasks, sums := make([]map[string]any, length), sums{}
	for i := range tasks {
		tasks[i] = with(base, nil)
		for j, a := range t.args {
			v, isList := values[j], false
			if list, ok := v.([]any); ok {
				v, isList = list[i], true
			}
			tasks[i][a.name] = v
			if isList || !lists {
				sums.add(a.name, v)
			}
		}
	}
	return tasks, sums.words(length)
}

func (w *filling) each(t taskForm, base map[string]any) ([]map[string]any, string) {
	most := 0
	for _, args := range t.each {
		most = max(most, len(args))
	}
	if !w.room(t, len(t.each), len(base)+most) {
		return nil, ""
	}
	tasks, sums := make([]map[string]any, len(t.each)), sums{}
	for i, args := range t.each {
		tasks[i] = with(base, nil)
		w.add(tasks[i], args)
		for _, a := range args {
			sums.add(a.name, tasks[i][a.name])
		}
	}
	return tasks, sums.words(len(tasks))
}

// sums add up each number that tasks list.
type sums map[string]float64

func (s sums) add(name string, v any) {
	switch v := v.(type) {
	case int:
		s[name] += float64(v)
	case float64:
		s[name] += v
	}
}

// words: the totals, or the number of calls where nothing can be added up.
func (s sums) words(n int) string {
	if len(s) == 0 {
		return calls(n)
	}
	var words []string
	for _, name := range sorted(keysOf(s)) {
		words = append(words, name+"="+strconv.FormatFloat(s[name], 'g', 12, 64)+" in all")
	}
	return strings.Join(words, ", ")
}
