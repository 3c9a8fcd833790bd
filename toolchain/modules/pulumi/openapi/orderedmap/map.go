// Package orderedmap has the map that documents are made of.
package orderedmap

import "iter"

// Map keeps its keys in the order in which they came.
type Map[K comparable, V any] struct {
	keys   []K
	values map[K]V
}

// New is an empty map.
func New[K comparable, V any]() *Map[K, V] { return &Map[K, V]{values: map[K]V{}} }

// Len is how many keys there are; none in a map that is nil.
func Len[K comparable, V any](m *Map[K, V]) int {
	if m == nil {
		return 0
	}
	return len(m.keys)
}

// Get is the value of a key, and whether there is one.
func (m *Map[K, V]) Get(key K) (V, bool) {
	value, found := m.values[key]
	return value, found
}

// GetOrZero is the value of a key, or what is empty.
func (m *Map[K, V]) GetOrZero(key K) V { return m.values[key] }

// Set gives a key a value, and tells the one before and whether there was one.
func (m *Map[K, V]) Set(key K, value V) (V, bool) {
	before, found := m.values[key]
	if !found {
		m.keys = append(m.keys, key)
	}
	m.values[key] = value
	return before, found
}

// Delete removes a key, and tells its value and whether there was one.
func (m *Map[K, V]) Delete(key K) (V, bool) {
	before, found := m.values[key]
	delete(m.values, key)
	for at, each := range m.keys {
		if each == key {
			m.keys = append(m.keys[:at:at], m.keys[at+1:]...)
			break
		}
	}
	return before, found
}

// FromOldest goes through keys and values in order.
func (m *Map[K, V]) FromOldest() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		for _, key := range m.keys {
			if !yield(key, m.values[key]) {
				return
			}
		}
	}
}

// KeysFromOldest goes through the keys in order.
func (m *Map[K, V]) KeysFromOldest() iter.Seq[K] {
	return func(yield func(K) bool) {
		for key := range m.FromOldest() {
			if !yield(key) {
				return
			}
		}
	}
}
