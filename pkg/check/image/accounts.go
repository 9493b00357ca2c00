package image

import (
	"fmt"

	"github.com/layergate/layergate/pkg/account"
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
)

// emptyPassword is the rule that nobody logs in without a password.
func emptyPassword() rule {
	return rule{check.Rule{
		ID: "LG-FILE-006", Name: "empty-password", Kind: finding.KindCheck, Severity: finding.SeverityCritical,
		Title:  "a user has an empty password",
		Why:    "Every process of the container can become the user, root among them, by a login or by su.",
		Remedy: "Lock the password in the instruction that makes the account, with passwd -l or usermod -p '!'.",
		References: []check.Reference{
			{Name: "Dockle DKL-LI-0001", URL: "https://github.com/goodwithtech/dockle/blob/master/CHECKPOINT.md"},
			{Name: "CVE-2019-5021", URL: "https://nvd.nist.gov/vuln/detail/CVE-2019-5021"},
			{Name: "CWE-258", URL: "https://cwe.mitre.org/data/definitions/258.html"},
		},
	}, func(r check.Rule, s *Subject) []finding.Finding {
		return s.accountFindings(r, func(a *account.Accounts) []fault {
			var out []fault
			for _, u := range a.Users {
				if u.NoPassword {
					out = append(out, fault{u.Path, u.Name, "the password of the user " + u.Name + " is empty"})
				}
			}
			return out
		})
	}}
}

// secondRoot is the rule that only root has the number 0.
func secondRoot() rule {
	return rule{check.Rule{
		ID: "LG-FILE-007", Name: "second-root", Kind: finding.KindCheck, Severity: finding.SeverityHigh,
		Title:  "a user beside root has the number 0",
		Why:    "The user is root under another name: what runs as it does not look like root and is.",
		Remedy: "Give the account a number of its own in the instruction that makes it.",
		References: []check.Reference{
			{Name: "CIS Distribution Independent Linux 6.2.2", URL: "https://www.cisecurity.org/benchmark/distribution_independent_linux"},
		},
	}, func(r check.Rule, s *Subject) []finding.Finding {
		return s.accountFindings(r, func(a *account.Accounts) []fault {
			var out []fault
			for _, u := range a.Users {
				if u.UID == 0 && u.Name != "root" && (u.Login || u.Written) { // other lines matter where USER names them
					out = append(out, fault{account.PasswdFile, u.Name, "the user " + u.Name + " has the number 0"})
				}
			}
			return out
		})
	}}
}

// sharedID is the rule that a number is one user's or group's.
func sharedID() rule {
	return rule{check.Rule{
		ID: "LG-FILE-008", Name: "shared-number", Kind: finding.KindCheck, Severity: finding.SeverityLow,
		Title:  "two users or groups share a number",
		Why:    "The system tells users apart by their numbers: each of the two owns what the other one has.",
		Remedy: "Give each account a number of its own in the instruction that makes it.",
		References: []check.Reference{
			{Name: "Dockle DKL-LI-0002", URL: "https://github.com/goodwithtech/dockle/blob/master/CHECKPOINT.md"},
		},
	}, func(r check.Rule, s *Subject) []finding.Finding { return s.accountFindings(r, sharedNumbers) }}
}

func sharedNumbers(a *account.Accounts) []fault {
	var out []fault
	users, groups := map[int64]string{}, map[int64]string{}
	for _, u := range a.Users {
		first, known := users[u.UID]
		switch {
		case u.UID <= 0 || !u.Login: // root's number is another rule's
		case !known:
			users[u.UID] = u.Name
		case first != u.Name:
			out = append(out, fault{account.PasswdFile, "user " + u.Name, fmt.Sprintf("the users %s and %s have the number %d", first, u.Name, u.UID)})
		}
	}
	for _, g := range a.Groups {
		first, known := groups[g.GID]
		switch {
		case !g.Login:
		case !known:
			groups[g.GID] = g.Name
		case first != g.Name:
			out = append(out, fault{account.GroupFile, "group " + g.Name, fmt.Sprintf("the groups %s and %s have the number %d", first, g.Name, g.GID)})
		}
	}
	return out
}

// fault is what is wrong with an account.
type fault struct{ path, field, saw string }

// accountFindings makes findings of what is wrong with the accounts of the final file system. Each is the layer's from which on
// it is so: a later one that adds an account writes the same file again.
func (s *Subject) accountFindings(r check.Rule, wrong func(*account.Accounts) []fault) []finding.Finding {
	since := map[fault]int{}
	var now []fault
	for i, l := range s.Facts {
		if l.Accounts == nil {
			continue
		}
		now = wrong(l.Accounts)
		still := map[fault]int{}
		for _, f := range now {
			if layer, ok := since[f]; ok {
				still[f] = layer
			} else {
				still[f] = i
			}
		}
		since = still
	}
	var out []finding.Finding
	for k, f := range now {
		if k == maxAccountFindings {
			found := s.inLayer(r, since[f], f.path, fmt.Sprintf("%d more accounts, which are not listed", len(now)-k))
			found.Check.Field = "more"
			return append(out, found)
		}
		found := s.inLayer(r, since[f], f.path, f.saw)
		found.Check.Field = f.field
		out = append(out, found)
	}
	return out
}

// maxAccountFindings is how many findings a rule has about the accounts of an image.
const maxAccountFindings = 100
