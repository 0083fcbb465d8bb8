{{/*
Which named template of store-engine makes which part. A new engine is one more set of templates there,
"store-engine.<engine>.…", and nothing here.
*/}}

{{/* (list $root "application"): the part, by the store's engine. */}}
{{- define "store-instance.engine" -}}
{{- $root := index . 0 -}}
{{- include (printf "store-engine.%s.%s" $root.Values.store.engine (index . 1)) $root -}}
{{- end }}

{{/* (list $root "database"): the part, by the database's type. */}}
{{- define "store-instance.database" -}}
{{- $root := index . 0 -}}
{{- include (printf "store-engine.%s.%s" $root.Values.database.type (index . 1)) $root -}}
{{- end }}
