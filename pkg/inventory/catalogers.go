package inventory

import (
	"slices"

	"github.com/anchore/syft/syft/pkg"
	"github.com/anchore/syft/syft/pkg/cataloger/ai"
	"github.com/anchore/syft/syft/pkg/cataloger/alpine"
	"github.com/anchore/syft/syft/pkg/cataloger/arch"
	"github.com/anchore/syft/syft/pkg/cataloger/binary"
	"github.com/anchore/syft/syft/pkg/cataloger/bitnami"
	"github.com/anchore/syft/syft/pkg/cataloger/cpp"
	"github.com/anchore/syft/syft/pkg/cataloger/debian"
	"github.com/anchore/syft/syft/pkg/cataloger/dotnet"
	"github.com/anchore/syft/syft/pkg/cataloger/gentoo"
	"github.com/anchore/syft/syft/pkg/cataloger/golang"
	"github.com/anchore/syft/syft/pkg/cataloger/homebrew"
	"github.com/anchore/syft/syft/pkg/cataloger/java"
	"github.com/anchore/syft/syft/pkg/cataloger/javascript"
	"github.com/anchore/syft/syft/pkg/cataloger/kernel"
	"github.com/anchore/syft/syft/pkg/cataloger/lua"
	"github.com/anchore/syft/syft/pkg/cataloger/nix"
	"github.com/anchore/syft/syft/pkg/cataloger/php"
	"github.com/anchore/syft/syft/pkg/cataloger/python"
	"github.com/anchore/syft/syft/pkg/cataloger/r"
	"github.com/anchore/syft/syft/pkg/cataloger/redhat"
	"github.com/anchore/syft/syft/pkg/cataloger/ruby"
	"github.com/anchore/syft/syft/pkg/cataloger/rust"
	"github.com/anchore/syft/syft/pkg/cataloger/snap"
	"github.com/anchore/syft/syft/pkg/cataloger/wordpress"
)

// cataloger is one of syft's catalogers, or one made of them, and how it is run over layers.
type cataloger struct {
	pkg.Cataloger
	// whole is set where packages are put together from several selected files that may lie in different layers, so
	// that a layer's files alone would give wrong packages. Such a cataloger sees the whole chain whenever a layer
	// changes anything that it selects.
	whole bool
	// around are patterns of files that a whole cataloger looks at beside those that it selects.
	around []string
	// database is set for the databases that a system keeps of its packages. Each system of an image is looked at by
	// itself, and a database that consists of several files is new where any of them is.
	database bool
	// anyCase is set where the extensions of the selection may be written in capital letters.
	anyCase bool
	// checks is set where the cataloger checks archives itself before it looks into them.
	checks bool
	sel    selection
}

// catalogers lists the catalogers that syft runs over an image by default, those of this package, and that of Erlang's applications. A test holds
// the list against syft's own.
func catalogers() []cataloger {
	cfg := defaults().Packages
	alone, together := classifiers(cfg.Binary)
	return []cataloger{
		{Cataloger: arch.NewDBCataloger(), database: true},
		{Cataloger: alpine.NewDBCataloger(), database: true},
		{Cataloger: debian.NewDBCataloger(), database: true},
		{Cataloger: gentoo.NewPortageCataloger(), database: true},
		{Cataloger: redhat.NewDBCataloger(), database: true},

		{Cataloger: cpp.NewConanInfoCataloger()},
		{Cataloger: javascript.NewPackageCataloger()},
		{Cataloger: php.NewComposerInstalledCataloger()},
		{Cataloger: php.NewPearCataloger()},
		{Cataloger: r.NewPackageCataloger()},
		{Cataloger: ruby.NewInstalledGemSpecCataloger()},
		{Cataloger: rust.NewAuditBinaryCataloger()},
		{Cataloger: dotnet.NewDotnetDepsBinaryCataloger(cfg.Dotnet), whole: true},
		{Cataloger: dotnet.NewDotnetPackagesLockCataloger()},
		{Cataloger: python.NewInstalledPackageCataloger()},
		{Cataloger: golang.NewGoModuleBinaryCataloger(cfg.Golang)},
		{Cataloger: java.NewArchiveCataloger(cfg.JavaArchive), anyCase: true},
		{Cataloger: java.NewNativeImageCataloger()},
		{Cataloger: nix.NewCataloger(cfg.Nix), whole: true, around: []string{"/nix/store/**"}}, // of the store it asks for all files
		{Cataloger: lua.NewPackageCataloger()},

		{Cataloger: alone},
		{Cataloger: together, whole: true, around: lookedAt()},
		{Cataloger: binary.NewELFPackageCataloger()},
		{Cataloger: binary.NewPEPackageCataloger()},
		{Cataloger: java.NewJvmDistributionCataloger()},
		{Cataloger: kernel.NewLinuxKernelCataloger(cfg.LinuxKernel), whole: true},
		{Cataloger: php.NewInterpreterCataloger(), whole: true},
		{Cataloger: bitnami.NewCataloger()},
		{Cataloger: wordpress.NewWordpressPluginCataloger()},
		{Cataloger: homebrew.NewCataloger()},
		{Cataloger: snap.NewCataloger()},
		{Cataloger: ai.NewGGUFCataloger()},
		{Cataloger: newPackedCataloger(cfg.JavaArchive), anyCase: true, checks: true},
		{Cataloger: newUnpackedCataloger()},
		{Cataloger: newBareInfoCataloger(), whole: true, around: []string{"**/*.dist-info/METADATA"}},
		{Cataloger: newBundleCataloger()},
		{Cataloger: newStoredCataloger()},
		{Cataloger: newErlangCataloger()},
		{Cataloger: newLooseCataloger()},
		{Cataloger: newLooseGemCataloger(), whole: true, around: gemVersions},
		{Cataloger: scriptLibraries{}},
		{Cataloger: newVendoredCataloger()},
	}
}

// classifiers divides syft's classifiers of binaries into those that go by one file and those that also look into
// others: a program that links to the library which knows the version may come in another layer than the library.
func classifiers(cfg binary.ClassifierCatalogerConfig) (alone, together pkg.Cataloger) {
	lookAround := []string{"python-binary", "python-binary-lib", "go-binary", "julia-binary", "ruby-binary", "java-binary", "java-jdb-binary"}
	var one, many binary.ClassifierCatalogerConfig
	for _, c := range cfg.Classifiers {
		if slices.Contains(lookAround, c.Class) {
			many.Classifiers = append(many.Classifiers, c)
		} else {
			one.Classifiers = append(one.Classifiers, c)
		}
	}
	return binary.NewClassifierCataloger(one), renamed{binary.NewClassifierCataloger(many), aroundName}
}

// aroundName is the name of the cataloger of those classifiers that look into several files.
const aroundName = "binary-classifier-around-cataloger"

// renamed is a cataloger by another name: syft runs only one of each name.
type renamed struct {
	pkg.Cataloger
	name string
}

// Name is the name that it has here.
func (r renamed) Name() string { return r.name }

// lookedAt are the files that classifiers look into beside the one that they select. A test holds them against syft.
func lookedAt() []string {
	return []string{"**/libpython*.so*", "**/libjulia.so*", "**/libruby.so*", "**/libjli.so", "**/VERSION*"}
}
