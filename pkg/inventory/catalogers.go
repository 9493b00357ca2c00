package inventory

import (
	"github.com/anchore/syft/syft/cataloging/pkgcataloging"
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

// cataloger is one of syft's catalogers and how it is run over layers.
type cataloger struct {
	pkg.Cataloger
	// whole is set where packages are put together from several selected files that may lie in different layers, so
	// that a layer's files alone would give wrong packages. Such a cataloger sees the whole chain whenever a layer
	// changes anything that it selects.
	whole bool
	sel   selection
}

// catalogers lists the catalogers that syft runs over an image by default. A test holds the list against syft's own.
func catalogers() []cataloger {
	cfg := pkgcataloging.DefaultConfig()
	return []cataloger{
		{Cataloger: arch.NewDBCataloger()},
		{Cataloger: alpine.NewDBCataloger()},
		{Cataloger: debian.NewDBCataloger()},
		{Cataloger: gentoo.NewPortageCataloger()},
		{Cataloger: redhat.NewDBCataloger()},

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
		{Cataloger: java.NewArchiveCataloger(cfg.JavaArchive)},
		{Cataloger: java.NewNativeImageCataloger()},
		{Cataloger: nix.NewCataloger(cfg.Nix), whole: true},
		{Cataloger: lua.NewPackageCataloger()},

		{Cataloger: binary.NewClassifierCataloger(cfg.Binary)},
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
	}
}
