package layerfs

import (
	"bytes"
	"io"
	"io/fs"
	"slices"
	"time"
)

// Type says whether an entry of a layer is a file, a directory, a link or something else.
type Type uint8

// The types of entries. A hard link is resolved to what it links to and is a Regular entry.
const (
	Regular Type = iota
	Directory
	Symlink
	Other // device, FIFO or socket
)

// Entry is one file as one layer holds it.
type Entry struct {
	Layer    int // index of the layer that holds the entry
	Type     Type
	Mode     fs.FileMode // permissions, setuid, setgid and sticky bits, and those of a device
	UID, GID int
	Size     int64 // bytes of content, holes of a sparse file included
	ModTime  time.Time
	Link     string // target of a symlink, as written
	// MIME is the media type of what may run, read from its first bytes: of an executable (ELF, Mach-O, PE), a ZIP archive, what may be an
	// archive of Electron's, a script, which begins with #! or <?php or is a text that may be executed, or what may hold software for somebody
	// to unpack; empty for all else.
	MIME string
	// SSHDaemon is set for a program that lets users log in by SSH, read from its content; the name says nothing.
	SSHDaemon bool
	// Capability is the extended attribute security.capability as the layer has it (capabilities(7)); empty where there is none.
	Capability string
	// HardLink is set for every name of a file but the first.
	HardLink bool

	data   *layer      // that holds the content: a hard link's may lie in a lower layer
	offset int64       // of the content in the uncompressed layer
	sparse *sparseFile // the content, where it does not lie in one piece; else nil
}

// The media types of what runs and is no executable.
const (
	ZIP    = "application/zip"
	ASAR   = "application/x-asar"
	Script = "text/x-script"
	// Packed is what begins like a package, an archive or a disk, or has a size as disks and tar archives have, which say further inside what they are.
	Packed = "application/x-packed"
)

// Executable tells whether a system runs the file, or loads it as a library, without another program.
func (e *Entry) Executable() bool {
	return e.MIME != "" && !slices.Contains([]string{ZIP, ASAR, Script, Packed}, e.MIME)
}

// Program tells whether the file is an executable that somebody may run.
func (e *Entry) Program() bool { return e.Type == Regular && e.Executable() && e.Mode&0o111 != 0 }

// content reads a regular file.
func (e *Entry) content() *io.SectionReader {
	if known, ok := e.data.recalled().Files[e.offset]; ok && int64(len(known)) == e.Size {
		return io.NewSectionReader(bytes.NewReader(known), 0, e.Size)
	}
	if e.sparse != nil {
		return io.NewSectionReader(e.sparse, 0, e.Size)
	}
	return io.NewSectionReader(e.data.content, e.offset, e.Size)
}

// record is an entry with its name, as read from a layer and not yet put into the tree.
type record struct {
	name  string // absolute and clean
	entry *Entry
	kind  recordKind
	link  string // target of a hard link, absolute and clean
}

type recordKind uint8

const (
	recordEntry    recordKind = iota
	recordHardLink            // entry is filled in from the target
	recordWhiteout            // name is removed
	recordOpaque              // what lower layers have in the directory name is removed
)
