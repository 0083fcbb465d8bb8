package main

import (
	"context"
	"fmt"
	"time"

	"github.com/cert-manager/cert-manager/internal/apis/config/shared"
	config "github.com/cert-manager/cert-manager/internal/apis/config/webhook"
	certwebhook "github.com/cert-manager/cert-manager/internal/webhook"
	"github.com/cert-manager/cert-manager/pkg/logs"
)

const (
	namespace = "cert-manager"
	service   = "cert-manager-webhook"
)

func webhook(ctx context.Context) error {
	server, err := certwebhook.NewCertManagerWebhookServer(logs.FromContext(ctx), config.WebhookConfiguration{
		SecurePort:           10250,
		HealthzPort:          6080,
		MetricsListenAddress: "0",
		TLSConfig: shared.TLSConfig{Dynamic: shared.DynamicServingConfig{
			SecretNamespace: namespace,
			SecretName:      service + "-ca",
			DNSNames:        []string{service, service + "." + namespace, service + "." + namespace + ".svc"},
			LeafDuration:    7 * 24 * time.Hour,
		}},
	})
	if err != nil {
		return fmt.Errorf("set up the webhook: %w", err)
	}
	return server.Run(ctx)
}
