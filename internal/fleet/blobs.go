package fleet

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"bench/runner/internal/link"
)

const largestBlob = 256 << 20 // B

// blobs are larger texts, kept by the broker under the digest of what is in them.
type blobs struct {
	js       jetstream.JetStream
	name     string
	replicas int // that the coordinator makes it with; 0: it is not this process's to make
}

func newBlobs(js jetstream.JetStream, j link.Join) blobs {
	return blobs{js: js, name: "BLOB_" + j.Fleet}
}

// make makes the store, which is the coordinator's to do. It is tried until ctx ends: a cluster of brokers may have no leader
// yet, and a broker that has just deleted its last stream may remove their directory while it makes the next.
func (b blobs) make(ctx context.Context, replicas int) error {
	config := jetstream.ObjectStoreConfig{Bucket: b.name, Replicas: max(replicas, 1), TTL: kept}
	var why error // what the broker said last, rather than that time was up
	for {
		try, done := context.WithTimeout(ctx, pace)
		_, err := b.js.CreateOrUpdateObjectStore(try, config)
		done()
		if why == nil || !errors.Is(err, context.DeadlineExceeded) {
			why = err
		}
		if err == nil || ctx.Err() != nil {
			return why
		}
		time.Sleep(pace / 10)
	}
}

// kept is how long a blob is there.
const kept = 7 * 24 * time.Hour

func (b blobs) store(ctx context.Context) (jetstream.ObjectStore, error) {
	return b.js.ObjectStore(ctx, b.name)
}

// put keeps data and returns its digest. What is there already is not sent again.
func (b blobs) put(ctx context.Context, data []byte) (digest string, err error) {
	if len(data) > largestBlob {
		return "", fmt.Errorf("%d MiB are too much to be sent to another host: at most %d", len(data)>>20, largestBlob>>20)
	}
	ctx, done := within(ctx, len(data))
	defer done()
	sum := sha256.Sum256(data)
	digest = hex.EncodeToString(sum[:])
	store, err := b.store(ctx)
	if errors.Is(err, jetstream.ErrBucketNotFound) && b.replicas > 0 { // the broker has lost what it had stored
		if err = b.make(ctx, b.replicas); err == nil {
			store, err = b.store(ctx)
		}
	}
	if err != nil {
		return "", err
	}
	if _, err := store.GetInfo(ctx, digest); err == nil {
		return digest, nil
	}
	_, err = store.PutBytes(ctx, digest, data)
	return digest, err
}

// within is how long the broker may take for a blob: JetStream itself sets a context without an end a few seconds for the
// largest too, or none at all.
func within(ctx context.Context, size int) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, answerTime+time.Duration(size)*time.Second/slowest)
}

const (
	answerTime = 30 * time.Second
	slowest    = 1 << 20 // B/s: a network that is slower is as good as gone
)

// has tells whether a blob is there.
func (b blobs) has(ctx context.Context, digest string) bool {
	ctx, done := within(ctx, 0)
	defer done()
	store, err := b.store(ctx)
	if err == nil {
		_, err = store.GetInfo(ctx, digest)
	}
	return err == nil
}

// get brings what put has kept. What does not have that digest is refused.
func (b blobs) get(ctx context.Context, digest string) ([]byte, error) {
	asked, done := within(ctx, 0)
	defer done()
	store, err := b.store(asked)
	if err != nil {
		return nil, err
	}
	info, err := store.GetInfo(asked, digest)
	if err != nil || info.Size > largestBlob {
		return nil, errors.Join(err, fmt.Errorf("the broker does not have %.12s", digest))
	}
	ctx, over := within(ctx, int(info.Size))
	defer over()
	data, err := store.GetBytes(ctx, digest)
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != digest {
		return nil, fmt.Errorf("what the broker has as %.12s is something else", digest)
	}
	return data, nil
}

// pack makes a message about an order of v, through the store if it is large.
func (b blobs) pack(ctx context.Context, id string, v any) ([]byte, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	p := packet{ID: id, Body: body}
	if len(body) > small {
		p.Body = nil
		if p.Blob, err = b.put(ctx, body); err != nil {
			return nil, err
		}
	}
	return json.Marshal(p)
}

// unpack is the way back.
func (b blobs) unpack(ctx context.Context, p packet, v any) (err error) {
	if p.Blob != "" {
		if p.Body, err = b.get(ctx, p.Blob); err != nil {
			return err
		}
	}
	return json.Unmarshal(p.Body, v)
}
