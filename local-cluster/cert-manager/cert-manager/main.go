// cert-manager's controller, webhook and CA injector as one program: its first argument says which.
//
// From v1.12 on upstream's commands are modules that the Go proxy does not have; the packages behind them it has. These
// mains do what upstream's do, with the issuers that a local cluster uses: self-signed and CA. ACME, Vault and Venafi
// are left out, and with them the SDKs of six clouds.
//
// The module's path begins with cert-manager's own, because Go lets only such a path import cert-manager's internals.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/cert-manager/cert-manager/pkg/logs"
	ctrl "sigs.k8s.io/controller-runtime"
)

func main() {
	logs.InitLogs()
	ctrl.SetLogger(logs.Log)
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, arguments []string) error {
	if len(arguments) != 1 {
		return fmt.Errorf("usage: cert-manager controller|webhook|cainjector")
	}
	ctx = logs.NewContext(ctx, logs.Log, arguments[0])
	switch arguments[0] {
	case "controller":
		return controllers(ctx)
	case "webhook":
		return webhook(ctx)
	case "cainjector":
		return injector(ctx)
	default:
		return fmt.Errorf("%q: no such part of cert-manager", arguments[0])
	}
}
