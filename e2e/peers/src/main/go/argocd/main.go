// Command argocd is the parts of Argo CD that the tests of GitOps take, in one program: its first argument says which.
package main

import (
	"log"
	"os"
	"time"

	"github.com/alicebob/miniredis/v2"
	gitaskpass "github.com/argoproj/argo-cd/v3/cmd/argocd-git-ask-pass/commands"
	reposerver "github.com/argoproj/argo-cd/v3/cmd/argocd-repo-server/commands"
	apiserver "github.com/argoproj/argo-cd/v3/cmd/argocd-server/commands"
	cli "github.com/argoproj/argo-cd/v3/cmd/argocd/commands"
	"github.com/spf13/cobra"
)

func main() {
	// Git asks for credentials by starting this program under this name.
	if os.Getenv("ARGOCD_BINARY_NAME") == "argocd-git-ask-pass" {
		execute(gitaskpass.NewCommand(), os.Args[1:])
		return
	}
	if len(os.Args) < 2 {
		log.Fatal("usage: argocd PART [FLAGS]")
	}
	arguments := os.Args[2:]
	switch part := os.Args[1]; part {
	case "application-controller":
		execute(newController(), arguments)
	case "repo-server":
		execute(reposerver.NewCommand(), arguments)
	case "server":
		execute(apiserver.NewCommand(), arguments)
	case "cli":
		execute(cli.NewCommand(), arguments)
	case "redis":
		redis(arguments)
	default:
		log.Fatalf("no part %s", part)
	}
}

func execute(command *cobra.Command, arguments []string) {
	command.SilenceUsage = true
	command.SetArgs(arguments)
	if err := command.Execute(); err != nil {
		os.Exit(1)
	}
}

// redis answers what Argo CD asks of a Redis: a cache in the memory of this process.
func redis(arguments []string) {
	if len(arguments) != 1 {
		log.Fatal("usage: argocd redis ADDRESS:PORT")
	}
	server := miniredis.NewMiniRedis()
	if err := server.StartAddr(arguments[0]); err != nil {
		log.Fatal(err)
	}
	// Its clock stands still unless told otherwise, and then nothing would expire.
	for range time.Tick(time.Second) {
		server.FastForward(time.Second)
	}
}
