// Package file reads policies from files of YAML. It is strict: what it does not know, or cannot use, is an error at its
// line, since a rule that silently does nothing is one that somebody relies on.
//
// It must not import anything that reads images or databases.
package file

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/project"
	"github.com/layergate/layergate/pkg/regular"
)

// Name is the name of the policy file that is looked for.
const Name = ".layergate.yaml"

// MaxSize is how many bytes a policy file may have. One of 2,000 exceptions has about 500 kB.
const MaxSize = 1 << 20

// misnamed is the name that other tools would also read, and that is refused.
const misnamed = ".layergate.yml"

// Find looks for a policy file in dir and in the directories above it, up to root, and returns its path. It returns the
// empty path where there is none. Outside of root it looks in dir alone. With an empty root it goes up to the first
// directory in which everybody may write, and does not look there. A file of nearly the right name is a wrong request.
func Find(root, dir string) (string, error) {
	for {
		path := filepath.Join(dir, Name)
		found, err := exists(path)
		if err != nil {
			return "", err
		}
		other := filepath.Join(dir, misnamed)
		if wrong, err := exists(other); err != nil || wrong {
			return "", cmp.Or(err, fault.Request(fmt.Errorf("%s is not read: a policy file is called %s", other, Name), fault.Hintf("rename it, remove it, or name the file with %s", fault.Input("policy"))))
		}
		if found {
			return path, nil
		}
		if !above(root, dir) {
			return "", nil
		}
		dir = filepath.Join(dir, "..")
	}
}

// exists tells whether something lies at a path.
func exists(path string) (bool, error) {
	_, err := os.Lstat(path)
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return err == nil, nil
	}
	return false, fault.Request(fmt.Errorf("looking for a policy file: %w", err), fault.Hintf("name the file with %s", fault.Input("policy")))
}

// above tells whether a policy file may lie above dir.
func above(root, dir string) bool {
	if root != "" {
		name, inside := regular.Below(root, dir)
		return inside && name != "."
	}
	abs, err := filepath.Abs(dir)
	if err != nil || filepath.Dir(abs) == abs {
		return false
	}
	info, err := os.Stat(filepath.Dir(abs))
	return err == nil && info.Mode().Perm()&0o002 == 0
}

// Read reads the policy file at path, and what it extends; published policies by fetch, which is nil where no registry is to be
// asked. Lines of it are named relative to root, the repository's root; a file below root that is a link leads to no file
// outside of it. A *textfile.Error says where in the file something is wrong.
func Read(root, path string, fetch Fetch) (policy.Policy, error) {
	files, name, inside := locate(root, path)
	p, err := ReadFrom(files, name, fetch)
	if err == nil && p.File == "" {
		err = fault.Request(fmt.Errorf("the policy file %s does not exist", path), fault.HintPath(path, "write one to start from with layergate policy init"))
	}
	if !inside && err == nil {
		p.File = filepath.ToSlash(path)
	}
	return p, err
}

// ReadAs is Read of the file at path as if it held other text: that which somebody is about to write into it.
func ReadAs(root, path string, text []byte, fetch Fetch) (policy.Policy, error) {
	files, name, _ := locate(root, path)
	return ReadFrom(edited{files, name, text}, name, fetch)
}

// locate is the project that a policy file belongs to, its name there, and tells whether the project is the one at root.
func locate(root, path string) (files project.Files, name string, inside bool) {
	name, inside = regular.Below(root, path)
	if !inside {
		root, name = filepath.Split(path)
		root = cmp.Or(root, ".")
	}
	return project.Worktree(root), filepath.ToSlash(name), inside
}

// edited are files of which one holds other text.
type edited struct {
	project.Files
	name string
	text []byte
}

// ReadFile reads a file of the project, or the text.
func (e edited) ReadFile(name string, limit int64) ([]byte, error) {
	if name == e.name {
		return e.text, nil
	}
	return e.Files.ReadFile(name, limit)
}

// ParsePublished reads a policy file's text, and the published policies that it extends, as others will once it is published: it
// extends no file. The name of the file is that in errors and lines.
func ParsePublished(name string, raw []byte, fetch Fetch) (policy.Policy, error) {
	p, _, err := (&chain{fetch: fetch}).parse(name, raw)
	return p, err
}

// ReadFrom reads the policy file at a path of a project's files, such as those of another branch, and what it extends there.
// Without the file it is the strictest policy.
func ReadFrom(files project.Files, path string, fetch Fetch) (policy.Policy, error) {
	p, _, err := (&chain{files: files, fetch: fetch}).read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return policy.Policy{}, nil
	}
	return p, err
}
