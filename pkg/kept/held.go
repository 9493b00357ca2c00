package kept

import "sync"

// Held is a store that reads a value once for whoever asks first whether it is there: what Has finds stays in memory until it is got.
type Held struct {
	Store

	mu     sync.Mutex
	values map[string][]byte
}

// Hold holds values of a store. It is nil where that is.
func Hold(s Store) *Held {
	if s == nil {
		return nil
	}
	return &Held{Store: s, values: map[string][]byte{}}
}

// Has tells whether a value is there, and that it will be for the next Get.
func (h *Held) Has(key string) bool {
	value, ok := h.Get(key)
	if ok {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.values[key] = value
	}
	return ok
}

// Get returns a value, and lets go of it.
func (h *Held) Get(key string) ([]byte, bool) {
	h.mu.Lock()
	value, ok := h.values[key]
	delete(h.values, key)
	h.mu.Unlock()
	if ok {
		return value, true
	}
	return h.Store.Get(key)
}

// Put stores a value.
func (h *Held) Put(key string, value []byte) {
	h.mu.Lock()
	delete(h.values, key)
	h.mu.Unlock()
	h.Store.Put(key, value)
}
