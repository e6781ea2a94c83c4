package ot

import (
	"runtime"
	"sync"
	"weak"
)

// interned holds every set of attributes that is alive, by its JSON. It keeps
// none of them alive itself, so it is as large as what the program holds.
var interned = struct {
	sync.RWMutex
	sets map[string]weak.Pointer[Attributes]
}{sets: make(map[string]weak.Pointer[Attributes])}

// intern returns the one set that has the attributes of list, which must be
// in the order of keys. It keeps nothing of list.
func intern(list []Attribute) *Attributes {
	if len(list) == 0 {
		return nil
	}
	var buf [128]byte
	json := appendAttributes(buf[:0], list)
	interned.RLock()
	a := interned.sets[string(json)].Value()
	interned.RUnlock()
	if a != nil {
		return a
	}
	return internNew(string(json), list)
}

func internNew(json string, list []Attribute) *Attributes {
	interned.Lock()
	defer interned.Unlock()
	if a := interned.sets[json].Value(); a != nil {
		return a // somebody else was faster
	}
	a := &Attributes{list: clone(list), json: Value(json), nulls: hasNull(list)}
	interned.sets[json] = weak.Make(a)
	runtime.AddCleanup(a, forget, json)
	return a
}

// forget removes the entry of a set that is no more, unless an equal one has
// been made since.
func forget(json string) {
	interned.Lock()
	defer interned.Unlock()
	if interned.sets[json].Value() == nil {
		delete(interned.sets, json)
	}
}

func appendAttributes(dst []byte, list []Attribute) []byte {
	dst = append(dst, '{')
	for i, a := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendString(dst, a.Key)
		dst = append(dst, ':')
		dst = append(dst, a.Value...)
	}
	return append(dst, '}')
}
