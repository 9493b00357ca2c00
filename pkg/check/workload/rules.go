package workload

// rules lists every rule, in the order of their identifiers.
func rules() []rule {
	return []rule{
		rootUser(),
		privileged(),
		escalation(),
		droppedCapabilities(),
		addedCapabilities(),
		readOnlyRoot(),
		memoryLimit(),
		cpuLimit(),
		pidsLimit(),
		bandwidth(),
		hostNamespace(),
		sensitivePath(),
		hostPath(),
		engineSocket(),
		devices(),
		seccomp(),
		appArmor(),
		imageDigest(),
		imageLatest(),
		imageRegistry(),
		ssh(),
		plainSecret(),
		health(),
		rollingUpdate(),
		ineffective(),
	}
}
