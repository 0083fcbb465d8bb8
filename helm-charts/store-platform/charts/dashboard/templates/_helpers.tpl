{{/* Expand the name of the chart. */}}
{{- define "dashboard.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* A fully qualified name, at most 52 characters, so that suffixes fit into 63. */}}
{{- define "dashboard.fullname" -}}
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
{{- define "dashboard.chart" -}}
{{- printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* Common labels */}}
{{- define "dashboard.labels" -}}
helm.sh/chart: {{ include "dashboard.chart" . }}
{{ include "dashboard.selectorLabels" . }}
app.kubernetes.io/component: dashboard
app.kubernetes.io/part-of: store-platform
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{/* Selector labels */}}
{{- define "dashboard.selectorLabels" -}}
app.kubernetes.io/name: {{ include "dashboard.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{/* registry/repository:tag, or @digest. */}}
{{- define "dashboard.image" -}}
{{- $tag := .Values.image.tag | default .Chart.AppVersion -}}
{{- if eq $tag "latest" -}}
{{- fail "dashboard.image.tag is latest, which names another image tomorrow: name a version" -}}
{{- end -}}
{{- $registry := ternary (printf "%s/" .Values.global.imageRegistry) "" (ne .Values.global.imageRegistry "") -}}
{{- $pinned := ternary (printf "@%s" .Values.image.digest) (printf ":%s" $tag) (ne .Values.image.digest "") -}}
{{- printf "%s%s%s" $registry .Values.image.repository $pinned | quote -}}
{{- end -}}

{{- define "dashboard.issuer" -}}
{{- .Values.ingress.issuer | default .Values.global.ingress.issuer -}}
{{- end -}}

{{/* The hosts, as JSON for fromJsonArray: those of the values, or the one that derives from the base domain. */}}
{{- define "dashboard.hosts" -}}
{{- $path := dict "path" "/" "pathType" "Prefix" -}}
{{- $derived := dict "host" (printf "dashboard.%s" .Values.global.baseDomain) "paths" (list $path) -}}
{{- .Values.ingress.hosts | default (list $derived) | toJson -}}
{{- end -}}

{{/* What the page is told; no secrets, everybody can read it. */}}
{{- define "dashboard.config" -}}
{{- dict "apiUrl" "/api" "environment" .Values.global.environment | toPrettyJson -}}
{{- end -}}

{{- define "dashboard.apiService" -}}
{{- .Values.api.serviceName | default (printf "%s-provisioner" .Release.Name) -}}
{{- end -}}
