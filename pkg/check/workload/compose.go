package workload

import (
	"iter"

	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/compose"
)

// composeRules are those about Compose files. Some of them judge what is for Swarm, too.
func composeRules() []rule {
	return []rule{
		composeAPISocket(),
		composeRemoteConfiguration(),
		composeNotRead(),
		composeHookAsRoot(),
		composeProvider(),
		composeHostCgroup(),
		composeSharing(),
		composeWeakened(),
		composePropagation(),
		composeVariable(),
		composeEnvFile(),
		composeRestart(),
		composeHealthOff(),
		composeAllAddresses(),
		composeLowPort(),
		composeUnsafeBuild(),
		composeOOMKiller(),
		composeUnlimitedSwap(),
		composeBuildSecret(),
	}
}

// swarmRules are those about what docker stack deploy makes of Compose files.
func swarmRules() []rule {
	return []rule{
		swarmRefused(),
		swarmPassedOver(),
		swarmPlainOverlay(),
		swarmHostPort(),
		swarmUpdatePlan(),
	}
}

// composeService is what a Compose file says of a service beyond the model; nothing where a workload is of another kind of file.
func composeService(w *workload.Workload) *compose.Service {
	if s, ok := w.Object.(*compose.Service); ok {
		return s
	}
	return &compose.Service{}
}

// projects yields what Compose files for a platform say besides services.
func (in *input) projects(platform workload.Platform) iter.Seq[*compose.Project] {
	return func(yield func(*compose.Project) bool) {
		for i := range in.files {
			for _, o := range in.files[i].Objects {
				if p, ok := o.(*compose.Project); ok && p.Platform == platform && !yield(p) {
					return
				}
			}
		}
	}
}
