package marathon

import "github.com/layergate/layergate/pkg/workload"

// Task is what an app or a pod says beyond workload.Workload.
type Task struct {
	// OnAgent are the containers that have no image and run on the agent's own system, each with the place that lacks it. That of an app has no name.
	OnAgent  []workload.Field[string]
	Executor workload.Field[string]
	Fetched  []workload.Field[string] // addresses of what is downloaded before the task starts
	Pulls    []Pull
	// Ineffective are the fields for the Docker Engine that UCR passes over and that protect nothing.
	Ineffective []workload.Field[string]
	// Upgrade is the share of instances that goes on while the app is upgraded, from 0 to 1.
	Upgrade workload.Field[string]
}

// Pull is how the image of a container comes to the agent.
type Pull struct {
	Container string
	Image     workload.Field[string]
	Force     workload.Field[bool] // it is pulled each time
}
