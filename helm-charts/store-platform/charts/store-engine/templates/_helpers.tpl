{{/*
Helpers of the store's resources. All of them take the root context of the chart that includes them.
Objects have fixed names (mysql, wordpress, …): the namespace is the store's own, so nothing can collide, and no
name from outside meets a length limit.

The files of this folder are every engine's. What is an engine's own is found by its name, and lies in one folder
(application/ and database/ are WooCommerce's and MySQL's, as in the seed; medusa/ is Medusa's):

  store-engine.<engine>.refuse           combinations that cannot work
  store-engine.<engine>.routes           which path goes to which Service, as a YAML list
  store-engine.<engine>.networkpolicy    the flows that it lives by
  store-engine.<engine>.appCredentials   data of the Secret, for a store by hand
  store-engine.<engine>.test             name, uid, image and command of `helm test`
  store-engine.<type>.refuse, .database, .service, .databaseCredentials   the same of its database

store-instance/templates/<…>.yaml says which of its objects are made.
*/}}

{{/* Labels of every object. */}}
{{- define "store-engine.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
app.kubernetes.io/part-of: store-platform
{{ include "store-engine.storeLabels" . }}
{{- end }}

{{/* Labels that follow the store wherever its data goes. They never change, so they may stand in immutable fields. */}}
{{- define "store-engine.storeLabels" -}}
store-platform.dev/id: {{ .Values.store.id | quote }}
store-platform.dev/engine: {{ .Values.store.engine | quote }}
store-platform.dev/name: {{ .Values.store.name | quote }}
{{- end }}

{{/* Labels of one part: (list $root "mysql" "database"). */}}
{{- define "store-engine.partLabels" -}}
{{- $root := index . 0 -}}
{{ include "store-engine.labels" $root }}
app.kubernetes.io/name: {{ index . 1 | quote }}
app.kubernetes.io/component: {{ index . 2 | quote }}
{{- end }}

{{/* What selects the pods of one part; never a version, never the user's words. */}}
{{- define "store-engine.selectorLabels" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ index . 1 | quote }}
app.kubernetes.io/instance: {{ $root.Release.Name | quote }}
app.kubernetes.io/component: {{ index . 2 | quote }}
{{- end }}

{{/* Labels of one part's pods. No chart version: a new chart restarts a store only where its pods really change. */}}
{{- define "store-engine.podLabels" -}}
{{- $root := index . 0 -}}
{{ include "store-engine.selectorLabels" . }}
app.kubernetes.io/part-of: store-platform
{{ include "store-engine.storeLabels" $root }}
{{- end }}

{{/* (list $root "the value's path" image "repository, where none is given" "tag, where none is given"):
registry/repository:tag, or @digest. */}}
{{- define "store-engine.image" -}}
{{- $root := index . 0 -}}
{{- $path := index . 1 -}}
{{- $image := index . 2 -}}
{{- $repository := $image.repository | default (index . 3) -}}
{{- $tag := $image.tag | default (index . 4) -}}
{{- if and (not $tag) (not $image.digest) -}}
{{- fail (printf "%s.tag is empty: set it to the tag of the image that you built (cargo xtask images prints it), or set %s.digest" $path $path) -}}
{{- end -}}
{{- if eq $tag "latest" -}}
{{- fail (printf "%s.tag is latest, which names another image tomorrow: name a version" $path) -}}
{{- end -}}
{{- $registry := ternary (printf "%s/" $root.Values.global.imageRegistry) "" (ne $root.Values.global.imageRegistry "") -}}
{{- $tagged := ternary (printf ":%s" $tag) "" (ne $tag "") -}}
{{- $pinned := ternary (printf "@%s" $image.digest) "" (ne $image.digest "") -}}
{{- printf "%s%s%s%s" $registry $repository $tagged $pinned | quote -}}
{{- end }}

{{/* Fields of every pod spec: no token of the cluster, no environment of neighbours. */}}
{{- define "store-engine.podDefaults" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .Values.global.imagePullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . | quote }}
  {{- end }}
{{- end }}
{{- end }}

{{/* Pod Security "restricted" for the uid. */}}
{{- define "store-engine.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: {{ . }}
runAsGroup: {{ . }}
fsGroup: {{ . }}
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "store-engine.securityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop:
    - ALL
{{- end }}

{{/* One variable from a Secret: (list "NAME" "secret" "key"). */}}
{{- define "store-engine.secretEnv" -}}
- name: {{ index . 0 }}
  valueFrom:
    secretKeyRef:
      name: {{ index . 1 | quote }}
      key: {{ index . 2 }}
{{- end }}

{{/* The same of a key that an older store's Secret may lack: it then goes without the variable, and starts. */}}
{{- define "store-engine.secretEnvIfThere" -}}
{{ include "store-engine.secretEnv" . }}
      optional: true
{{- end }}

{{- define "store-engine.databaseSecret" -}}
{{- .Values.database.existingSecret | default "database-credentials" -}}
{{- end }}

{{- define "store-engine.appSecret" -}}
{{- .Values.app.existingSecret | default "app-credentials" -}}
{{- end }}

{{- define "store-engine.host" -}}
{{- .Values.ingress.host | default (printf "%s.%s" .Values.store.name .Values.global.baseDomain) -}}
{{- end }}

{{/* What the store calls itself. https only where a certificate is issued. */}}
{{- define "store-engine.publicUrl" -}}
{{- $scheme := ternary "https" "http" (ne .Values.ingress.issuer "") -}}
{{- .Values.store.publicUrl | default (printf "%s://%s" $scheme (include "store-engine.host" .)) -}}
{{- end }}
