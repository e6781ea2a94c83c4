package postgres

import (
	"encoding/binary"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/coscribe/coscribe/storage"
)

// The commit's arrays are written in Postgres' binary format straight from the
// batches (PostgreSQL source, src/backend/utils/adt/arrayfuncs.c, array_recv):
// the number of dimensions, whether there are nulls, the element's type; the
// length and lower bound of the only dimension; then each element behind its
// length.

// array is one such value in the making. Its length is filled in at the end.
type array []byte

const (
	lengthAt   = 12 // where the header keeps the array's length
	headerSize = 20
)

func (a array) reset(oid uint32) array {
	a = binary.BigEndian.AppendUint32(a[:0], 1)
	a = binary.BigEndian.AppendUint32(a, 0)
	a = binary.BigEndian.AppendUint32(a, oid)
	a = binary.BigEndian.AppendUint32(a, 0)
	return binary.BigEndian.AppendUint32(a, 1)
}

func (a array) setLength(n int) { binary.BigEndian.PutUint32(a[lengthAt:], uint32(n)) }

func (a array) int64(v int64) array {
	a = binary.BigEndian.AppendUint32(a, 8)
	return binary.BigEndian.AppendUint64(a, uint64(v))
}

func (a array) int16(v int16) array {
	a = binary.BigEndian.AppendUint32(a, 2)
	return binary.BigEndian.AppendUint16(a, uint16(v))
}

func (a array) time(t time.Time) array { return a.int64(toMicros(t)) }

func (a array) uuid(id *uuid.UUID) array {
	a = binary.BigEndian.AppendUint32(a, uint32(len(id)))
	return append(a, id[:]...)
}

func (a array) bytes(b []byte) array {
	a = binary.BigEndian.AppendUint32(a, uint32(len(b)))
	return append(a, b...)
}

func (a array) text(s string) array {
	a = binary.BigEndian.AppendUint32(a, uint32(len(s)))
	return append(a, s...)
}

// The commit statement's parameters: columns of batches, then of changes.
const (
	batchKey = iota
	batchBase
	batchRev
	batchLength
	batchUpdated
	changeBatch
	changeRev
	changeClient
	changeSeq
	changeUser
	changeAt
	changeFormat
	changeOp
	columns
)

var columnOIDs = [columns]uint32{
	batchKey: pgtype.Int8OID, batchBase: pgtype.Int8OID, batchRev: pgtype.Int8OID,
	batchLength: pgtype.Int8OID, batchUpdated: pgtype.TimestamptzOID,
	changeBatch: pgtype.Int8OID, changeRev: pgtype.Int8OID, changeClient: pgtype.UUIDOID,
	changeSeq: pgtype.Int8OID, changeUser: pgtype.TextOID, changeAt: pgtype.TimestamptzOID,
	changeFormat: pgtype.Int2OID, changeOp: pgtype.ByteaOID,
}

var binaryFormat = []int16{1} // of all parameters, or all results

// params is the parameters of one commit. It is used again.
type params struct {
	columns [columns]array
	values  [columns][]byte
	batches []int // for each encoded batch, its place in the call
	changes int
}

// maxPooled bounds the memory that an idle params may keep, in bytes.
const maxPooled = 1 << 20

var paramsPool = sync.Pool{New: func() any { return new(params) }}

func newParams() *params {
	p := paramsPool.Get().(*params)
	for i, oid := range columnOIDs {
		p.columns[i] = p.columns[i].reset(oid)
	}
	p.batches, p.changes = p.batches[:0], 0
	return p
}

func (p *params) free() {
	size := 0
	for _, c := range p.columns {
		size += cap(c)
	}
	if size <= maxPooled {
		paramsPool.Put(p)
	}
}

// add encodes the batch at place i of the call.
func (p *params) add(i int, b *storage.Batch) {
	p.batches = append(p.batches, i)
	last := &b.Changes[len(b.Changes)-1]
	c := &p.columns
	c[batchKey] = c[batchKey].int64(int64(b.Key))
	c[batchBase] = c[batchBase].int64(b.Base)
	c[batchRev] = c[batchRev].int64(last.Rev)
	c[batchLength] = c[batchLength].int64(b.Length)
	c[batchUpdated] = c[batchUpdated].time(last.At)
	for i := range b.Changes {
		p.addChange(&b.Changes[i])
	}
}

// addChange encodes a change of the batch added last.
func (p *params) addChange(change *storage.Change) {
	p.changes++
	c := &p.columns
	c[changeBatch] = c[changeBatch].int64(int64(len(p.batches)))
	c[changeRev] = c[changeRev].int64(change.Rev)
	c[changeClient] = c[changeClient].uuid(&change.Client)
	c[changeSeq] = c[changeSeq].int64(change.Seq)
	c[changeUser] = c[changeUser].text(change.User)
	c[changeAt] = c[changeAt].time(change.At)
	c[changeFormat] = c[changeFormat].int16(change.Format)
	c[changeOp] = c[changeOp].bytes(change.Op)
}

// finish returns the parameters' values, good until free.
func (p *params) finish() [][]byte {
	for i := range p.columns {
		n := len(p.batches)
		if i >= changeBatch {
			n = p.changes
		}
		p.columns[i].setLength(n)
		p.values[i] = p.columns[i]
	}
	return p.values[:]
}
