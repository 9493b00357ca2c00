package inventory

import "testing"

// The group is that of the artifact in Maven's repository.
func TestGroupOf(t *testing.T) {
	t.Parallel()
	tests := []struct{ artifact, classes, want string }{
		{"log4j-core", "org.apache.logging.log4j.core", "org.apache.logging.log4j"},
		{"commons-text", "org.apache.commons.text", "org.apache.commons"},
		{"fastjson", "com.alibaba.fastjson", "com.alibaba"},
		{"snakeyaml", "org.yaml.snakeyaml", "org.yaml"},
		{"spring-core", "org.springframework.core", "org.springframework"},
		{"netty-handler", "io.netty.handler", "io.netty"},
		{"shiro-core", "org.apache.shiro", "org.apache.shiro"},
		{"hibernate-core", "org.hibernate", "org.hibernate"},
		{"app", "app", ""},
		{"app", "", ""},
	}
	for _, tt := range tests {
		if got := groupOf(tt.artifact, tt.classes); got != tt.want {
			t.Errorf("groupOf(%s, %s) = %s, want %s", tt.artifact, tt.classes, got, tt.want)
		}
	}
}
