{{- define "iasql.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{/* The release's name, which says the chart's already where people call the release by it. */}}
{{- define "iasql.fullname" -}}
{{- $name := include "iasql.name" . -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 53 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 53 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* Names without a namespace: two releases of one name in two namespaces must not meet. */}}
{{- define "iasql.clusterName" -}}
{{- printf "%s-%s" .Release.Namespace (include "iasql.fullname" .) -}}
{{- end -}}

{{- define "iasql.selector" -}}
app.kubernetes.io/name: {{ include "iasql.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "iasql.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "iasql.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- define "iasql.serviceAccount" -}}
{{- .Values.serviceAccount.name | default (include "iasql.fullname" .) -}}
{{- end -}}

{{/* As the API server knows the operator. */}}
{{- define "iasql.user" -}}
{{- printf "system:serviceaccount:%s:%s" .Release.Namespace (include "iasql.serviceAccount" .) -}}
{{- end -}}

{{/* All that are operators to the policies, as a list of CEL. */}}
{{- define "iasql.users" -}}
{{- $users := list (include "iasql.user" . | squote) -}}
{{- range .Values.approval.operators -}}
{{- $users = append $users (printf "system:serviceaccount:%s" . | squote) -}}
{{- end -}}
[{{ join ", " $users }}]
{{- end -}}

{{- define "iasql.image" -}}
{{- .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- with .Values.image.digest }}@{{ . }}{{ end -}}
{{- end -}}

{{/* The names of the definitions of all custom resources. */}}
{{- define "iasql.definitions" -}}
{{- $names := list -}}
{{- range $path, $_ := .Files.Glob "definitions/*.yaml" -}}
{{- $names = append $names ($.Files.Get $path | fromYaml).metadata.name -}}
{{- end -}}
{{ join ", " $names }}
{{- end -}}

{{/* The statuses of all custom resources, as RBAC and policies name them. */}}
{{- define "iasql.statuses" -}}
{{- $names := list -}}
{{- range $path, $_ := .Files.Glob "definitions/*.yaml" -}}
{{- $names = append $names (printf "%s/status" ($.Files.Get $path | fromYaml).spec.names.plural) -}}
{{- end -}}
{{ join ", " $names }}
{{- end -}}

{{/* What the operator does in the namespaces that it watches: no verb more. */}}
{{- define "iasql.rules" -}}
- apiGroups: [iasql.io]
  resources: [awsconnections]
  verbs: [list, watch]
# patch: the finalizers.
- apiGroups: [iasql.io]
  resources: [environments]
  verbs: [get, list, watch, patch]
# create: what people wrote in psql where plans wait for approval, and the deletion of an environment; delete: the latter.
- apiGroups: [iasql.io]
  resources: [sqltransactions]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [iasql.io]
  resources: [{{ include "iasql.statuses" . }}]
  verbs: [patch]
# Keys for AWS and databases; logins are made and taken away.
- apiGroups: [""]
  resources: [secrets]
  verbs: [get, list, watch, create, patch, delete]
# SQL that transactions take from there; plans too long for a status.
- apiGroups: [""]
  resources: [configmaps]
  verbs: [get, list, watch, create, patch]
- apiGroups: [""]
  resources: [events]
  verbs: [get, create, patch]
# Managed databases.
- apiGroups: [apps]
  resources: [statefulsets]
  verbs: [get, create, patch]
- apiGroups: [""]
  resources: [services]
  verbs: [get, create, patch]
- apiGroups: [""]
  resources: [persistentvolumeclaims]
  verbs: [get, patch]
- apiGroups: [""]
  resources: [pods]
  verbs: [get]
# Databases by CloudNativePG; nothing where it is not installed.
- apiGroups: [postgresql.cnpg.io]
  resources: [clusters]
  verbs: [get, create, patch]
{{- end -}}

{{/* Its three times must be in this order, or two pods could lead. */}}
{{- define "iasql.checkTimes" -}}
{{- with .Values.leaderElection -}}
{{- $duration := trimSuffix "s" .duration | int -}}
{{- $deadline := trimSuffix "s" .renewDeadline | int -}}
{{- $retry := trimSuffix "s" .retryPeriod | int -}}
{{- if not (and (gt $duration $deadline) (gt $deadline $retry)) -}}
{{- fail (printf "leaderElection: duration (%s) is longer than renewDeadline (%s), which is longer than retryPeriod (%s)" .duration .renewDeadline .retryPeriod) -}}
{{- end -}}
{{- end -}}
{{- end -}}
