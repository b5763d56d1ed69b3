package main

import (
	"os/signal"
	"syscall"
	"time"

	commitclient "github.com/argoproj/argo-cd/v3/commitserver/apiclient"
	"github.com/argoproj/argo-cd/v3/common"
	"github.com/argoproj/argo-cd/v3/controller"
	"github.com/argoproj/argo-cd/v3/controller/sharding"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	appclientset "github.com/argoproj/argo-cd/v3/pkg/client/clientset/versioned"
	"github.com/argoproj/argo-cd/v3/reposerver/apiclient"
	"github.com/argoproj/argo-cd/v3/util/argo"
	"github.com/argoproj/argo-cd/v3/util/argo/normalizers"
	appstatecache "github.com/argoproj/argo-cd/v3/util/cache/appstate"
	"github.com/argoproj/argo-cd/v3/util/cli"
	"github.com/argoproj/argo-cd/v3/util/kube"
	"github.com/argoproj/argo-cd/v3/util/settings"
	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
)

const (
	repoServerTimeout = 60
	resync            = 120 * time.Second
	resyncJitter      = 60 * time.Second
	selfHealCooldown  = 330 * time.Second
	statusWorkers     = 20
	operationWorkers  = 10
	kubectlParallel   = 20
)

// newController is Argo CD's application controller with what its own command has by default, but for its metrics: those listen
// on every interface there, and nothing of a test may be reached from outside.
func newController() *cobra.Command {
	var repoServer, metrics string
	command := &cobra.Command{Use: "application-controller"}
	client := cli.AddKubectlFlagsToCmd(command)
	command.Flags().StringVar(&repoServer, "repo-server", "", "Address of the repo-server.")
	command.Flags().StringVar(&metrics, "metrics", "", "Address to serve metrics on.")
	newCache := appstatecache.AddCacheFlagsToCmd(command)
	command.RunE = func(command *cobra.Command, _ []string) error {
		ctx, stop := signal.NotifyContext(command.Context(), syscall.SIGINT, syscall.SIGTERM)
		defer stop()
		namespace, _, err := client.Namespace()
		if err != nil {
			return err
		}
		config, err := client.ClientConfig()
		if err != nil {
			return err
		}
		if err := v1alpha1.SetK8SConfigDefaults(config); err != nil {
			return err
		}
		kubernetesClient, err := kubernetes.NewForConfig(config)
		if err != nil {
			return err
		}
		applications, err := appclientset.NewForConfig(config)
		if err != nil {
			return err
		}
		cache, err := newCache()
		if err != nil {
			return err
		}
		var running *controller.ApplicationController
		manager := settings.NewSettingsManager(ctx, kubernetesClient, namespace,
			settings.WithRepoOrClusterChangedHandler(func() { running.InvalidateProjectsCache() }))
		shards, err := sharding.GetClusterSharding(kubernetesClient, manager, common.DefaultShardingAlgorithm, false)
		if err != nil {
			return err
		}
		running, err = controller.NewApplicationController(
			namespace,
			manager,
			kubernetesClient,
			applications,
			apiclient.NewRepoServerClientset(repoServer, repoServerTimeout, apiclient.TLSConfiguration{DisableTLS: true}),
			commitclient.NewCommitServerClientset(""),
			cache,
			kube.NewKubectl(),
			resync,
			0, // no hard resync
			resyncJitter,
			0, // heals at once, and then by the back-off
			&wait.Backoff{Duration: 2 * time.Second, Factor: 3, Cap: 300 * time.Second},
			selfHealCooldown,
			0, // a sync may take as long as people take to approve
			resync+resyncJitter,
			0, // see below
			0,
			nil,
			nil,
			nil,
			kubectlParallel,
			false,
			shards,
			nil,
			nil,
			false,
			false,
			normalizers.IgnoreNormalizerOpts{},
			argo.DefaultEnableEventList(),
			false,
		)
		if err != nil {
			return err
		}
		running.GetMetricsServer().Addr = metrics
		running.Run(ctx, statusWorkers, operationWorkers)
		return nil
	}
	return command
}
