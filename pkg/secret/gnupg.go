package secret

import (
	"bytes"
	"encoding/binary"
)

// gnuPGKey tells whether a file is a private key as GnuPG keeps it, an S-expression, or as it exports it, packets of OpenPGP: Key without a
// passphrase, ProtectedKey with one, and nothing for another file and for one that only says which smartcard has the key.
func gnuPGKey(raw []byte) Class {
	switch {
	case bytes.HasPrefix(raw, []byte("(11:private-key(")):
		return Key
	case bytes.HasPrefix(raw, []byte("(21:protected-private-key(")):
		return ProtectedKey
	}
	return openPGPKey(raw)
}

// openPGPKey is gnuPGKey for a file that begins with the packet of a secret key (RFC 9580, sections 4.2 and 5.5.3), of version 4.
func openPGPKey(raw []byte) Class {
	packet, next := openPGPPacket(raw)
	if len(packet) < 8 || packet[0] != 4 || len(next) > 0 && next[0] < 0x80 {
		return ""
	}
	rest, ok := withoutPublic(packet[5], packet[6:])
	if !ok || len(rest) < 4 {
		return ""
	}
	switch usage := rest[0]; {
	case usage == 0:
		if _, ok := withoutMPI(rest[1:]); ok {
			return Key
		}
	case usage >= 253 && rest[1] > 0 && rest[1] < 14: // and how a passphrase is made a key; 101 is that of GnuPG for no key at all
		if how := rest[2]; how <= 4 {
			return ProtectedKey
		}
	}
	return ""
}

// openPGPPacket is the packet of a secret key with which a file begins, and what follows it; nil for none.
func openPGPPacket(raw []byte) (packet, next []byte) {
	if len(raw) < 16 {
		return nil, nil
	}
	var head, length int
	switch {
	case raw[0] == 0x94 || raw[0] == 0xC5 && raw[1] < 192:
		head, length = 2, int(raw[1])
	case raw[0] == 0x95:
		head, length = 3, int(binary.BigEndian.Uint16(raw[1:]))
	case raw[0] == 0xC5 && raw[1] < 224:
		head, length = 3, (int(raw[1])-192)<<8+int(raw[2])+192
	default:
		return nil, nil
	}
	if head+length > len(raw) {
		return nil, nil
	}
	return raw[head : head+length], raw[head+length:]
}

// withoutPublic goes over the public part of a key of an algorithm (RFC 9580, sections 5.5.5 and 9.1).
func withoutPublic(algorithm byte, raw []byte) (rest []byte, ok bool) {
	numbers := map[byte]int{1: 2, 2: 2, 3: 2, 16: 3, 17: 4, 18: 1, 19: 1, 22: 1}
	fixed := map[byte]int{25: 32, 26: 56, 27: 32, 28: 57}
	rest, ok = raw, true
	if size := fixed[algorithm]; size > 0 {
		return rest[min(size, len(rest)):], len(rest) > size
	}
	if numbers[algorithm] == 0 {
		return nil, false
	}
	short := func() { // what has its length in one byte before it
		if ok = ok && len(rest) > 0 && len(rest) > int(rest[0]); ok {
			rest = rest[1+int(rest[0]):]
		}
	}
	curve := algorithm == 18 || algorithm == 19 || algorithm == 22
	if curve {
		short()
	}
	for range numbers[algorithm] {
		if ok {
			rest, ok = withoutMPI(rest)
		}
	}
	if algorithm == 18 { // how the key is used
		short()
	}
	return rest, ok
}

// withoutMPI goes over a number, whose length in bits stands before it and which has no more bytes than that needs (RFC 9580, section 3.2).
func withoutMPI(raw []byte) (rest []byte, ok bool) {
	if len(raw) < 2 {
		return nil, false
	}
	bits := int(binary.BigEndian.Uint16(raw))
	size := (bits + 7) / 8
	if bits < 128 || len(raw) < 2+size || raw[2]>>(uint(bits-1)%8) != 1 {
		return nil, false
	}
	return raw[2+size:], true
}
