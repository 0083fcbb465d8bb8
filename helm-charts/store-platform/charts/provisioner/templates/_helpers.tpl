{{/* Expand the name of the chart. */}}
{{- define "provisioner.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* A fully qualified name, at most 52 characters: suffixes such as -store-manager must fit into 63. */}}
{{- define "provisioner.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Chart name and version. */}}
{{- define "provisioner.chart" -}}
{{- printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* Common labels */}}
{{- define "provisioner.labels" -}}
helm.sh/chart: {{ include "provisioner.chart" . }}
{{ include "provisioner.selectorLabels" . }}
app.kubernetes.io/component: api
app.kubernetes.io/part-of: store-platform
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{/* Selector labels */}}
{{- define "provisioner.selectorLabels" -}}
app.kubernetes.io/name: {{ include "provisioner.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{/* What a store's RoleBinding names. */}}
{{- define "provisioner.storeManager" -}}
{{- printf "%s-store-manager" (.Release.Name | trunc 49 | trimSuffix "-") -}}
{{- end -}}

{{/* The Secret of the API token. The provisioner makes it at its first start; the chart only says its name. */}}
{{- define "provisioner.tokenSecret" -}}
{{- printf "%s-token" (include "provisioner.fullname" .) -}}
{{- end -}}

{{/* registry/repository:tag, or @digest. */}}
{{- define "provisioner.image" -}}
{{- $tag := .Values.image.tag | default .Chart.AppVersion -}}
{{- if eq $tag "latest" -}}
{{- fail "provisioner.image.tag is latest, which names another image tomorrow: name a version" -}}
{{- end -}}
{{- $registry := ternary (printf "%s/" .Values.global.imageRegistry) "" (ne .Values.global.imageRegistry "") -}}
{{- $pinned := ternary (printf "@%s" .Values.image.digest) (printf ":%s" $tag) (ne .Values.image.digest "") -}}
{{- printf "%s%s%s" $registry .Values.image.repository $pinned | quote -}}
{{- end -}}

{{- define "provisioner.issuer" -}}
{{- .Values.ingress.issuer | default .Values.global.ingress.issuer -}}
{{- end -}}

{{/* The hosts, as JSON for fromJsonArray: those of the values, or the one that derives from the base domain. */}}
{{- define "provisioner.hosts" -}}
{{- $api := dict "path" "/api" "pathType" "Prefix" -}}
{{- $health := dict "path" "/health" "pathType" "Prefix" -}}
{{- $derived := dict "host" (printf "api.%s" .Values.global.baseDomain) "paths" (list $api $health) -}}
{{- .Values.ingress.hosts | default (list $derived) | toJson -}}
{{- end -}}

{{/* Combinations that cannot work, each refused in one line that names the cure. */}}
{{- define "provisioner.refuse" -}}
{{- $replicas := ternary (int .Values.autoscaling.maxReplicas) (int .Values.replicaCount) .Values.autoscaling.enabled -}}
{{- if eq .Values.database.type "sqlite" }}
{{- if gt $replicas 1 }}
{{- fail (printf "database.type sqlite is one file for one replica, not %d: set provisioner.replicaCount to 1 without autoscaling, or provisioner.database.type to postgres" $replicas) }}
{{- end }}
{{- if not .Values.persistence.enabled }}
{{- fail "database.type sqlite without a volume would forget every store at the next restart: set provisioner.persistence.enabled to true, or provisioner.database.type to postgres" }}
{{- end }}
{{- else }}
{{- if not (or .Values.database.existingSecret .Values.database.password) }}
{{- fail "database.type postgres has no password: name a Secret with the key password in provisioner.database.existingSecret" }}
{{- end }}
{{- if and .Values.database.urlKey (not .Values.database.existingSecret) }}
{{- fail "database.urlKey is set without a Secret: name the Secret in provisioner.database.existingSecret" }}
{{- end }}
{{- if not (or .Values.database.urlKey .Values.database.host) }}
{{- fail "database.type postgres has no host: set provisioner.database.host, or keep the whole URL in a Secret and name its key in provisioner.database.urlKey" }}
{{- end }}
{{- end }}
{{- if not (or .Values.storeDefaults.ingressEnabled .Values.global.gateway) }}
{{- fail "stores would have no way in: set provisioner.storeDefaults.ingressEnabled to true, or name a Gateway in global.gateway" }}
{{- end }}
{{- end -}}
