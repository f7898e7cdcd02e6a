package cluster

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"bench/runner/internal/link"
)

// line is a connection to the broker, as one trial uses it.
type line struct {
	link.Join
	Part
	conn *nats.Conn
	js   jetstream.JetStream
}

// Every try at the broker takes so long at most, and another follows after as long: what is tried again does no harm.
const try = time.Second

// dial connects. What cannot be sent at once is refused and tried again by who sends it, rather than kept for later.
func dial(ctx context.Context, p Part, name string) (*line, error) {
	j, err := link.ReadJoin(p.Join)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, max(p.Lease, patience))
	defer cancel()
	l := &line{Join: j, Part: p}
	if l.conn, err = j.Connect(ctx, name, nats.ReconnectBufSize(-1)); err != nil {
		return nil, err
	}
	if l.js, err = jetstream.New(l.conn, jetstream.WithDefaultTimeout(try)); err != nil {
		l.conn.Close()
		return nil, err
	}
	return l, nil
}

// The two streams of a trial, and their only consumers. Their names carry an epoch: streams that had to be made again have
// others, so that an acknowledgement on its way to the old ones cannot meet the new, nor can the window in which the
// broker drops what it has seen before.
const (
	kindTasks   = "TASK"
	kindAnswers = "RES"
	consumer    = "all"

	seenWindow = 2 * time.Minute
)

func (l *line) stream(kind, epoch string) string { return l.Stream(kind, l.Trial+"-"+epoch) }

func (l *line) subject(epoch string, parts ...string) string {
	return l.Subject(append([]string{l.Trial, epoch}, parts...)...)
}

func (l *line) taskSubject(epoch string, chunk int) string {
	return l.subject(epoch, "task", strconv.Itoa(chunk))
}

func (l *line) answerSubject(epoch string, chunk int) string {
	return l.subject(epoch, "res", strconv.Itoa(chunk))
}

// chunkOf is the chunk that a subject ends with; -1 if it does not.
func chunkOf(subject string) int {
	n, err := strconv.Atoi(subject[strings.LastIndexByte(subject, '.')+1:])
	if err != nil {
		return -1
	}
	return n
}

// make makes the streams of an epoch; those that are there stay.
func (l *line) make(ctx context.Context, epoch string, replicas int) error {
	for kind, subject := range map[string]string{kindTasks: "task", kindAnswers: "res"} {
		config := jetstream.StreamConfig{
			Name: l.stream(kind, epoch), Subjects: []string{l.subject(epoch, subject, "*")},
			Retention: jetstream.WorkQueuePolicy, Storage: jetstream.FileStorage, Replicas: replicas,
			Discard: jetstream.DiscardNew, Duplicates: seenWindow,
		}
		deliver := -1 // an answer is given to the coordinator until it is taken
		if kind == kindTasks {
			config.MaxMsgs = int64(l.Bound)
			deliver = l.Attempts
		}
		s, err := l.js.CreateStream(ctx, config)
		if errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) {
			s, err = l.js.Stream(ctx, config.Name)
		}
		if err != nil {
			return err
		}
		if _, err := s.CreateOrUpdateConsumer(ctx, jetstream.ConsumerConfig{
			Durable: consumer, AckPolicy: jetstream.AckExplicitPolicy, AckWait: l.Lease, MaxDeliver: deliver, MaxAckPending: -1,
		}); err != nil {
			return err
		}
	}
	return nil
}

// remove removes all streams of the trial, of whatever epoch.
func (l *line) remove(ctx context.Context) error {
	prefixes := []string{l.Stream(kindTasks, l.Trial+"-"), l.Stream(kindAnswers, l.Trial+"-")}
	names := l.js.StreamNames(ctx)
	var left []string
	for name := range names.Name() {
		for _, prefix := range prefixes {
			if strings.HasPrefix(name, prefix) {
				left = append(left, name)
			}
		}
	}
	err := names.Err()
	for _, name := range left {
		if e := l.js.DeleteStream(ctx, name); e != nil && !errors.Is(e, jetstream.ErrStreamNotFound) {
			err = e
		}
	}
	return err
}

// pause waits before the next try, or for the end of ctx.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
