{{/* The name of a process's objects. Called with (list . "gateway"). */}}
{{- define "motcua.name" -}}
{{- $root := index . 0 -}}
{{- printf "%s-%s" ($root.Release.Name | trunc 50 | trimSuffix "-") (index . 1) -}}
{{- end }}

{{/* The labels by which a process's pods are found. */}}
{{- define "motcua.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: motcua
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{- define "motcua.labels" -}}
{{- $root := index . 0 -}}
{{ include "motcua.selector" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version }}
{{- end }}

{{- define "motcua.image" -}}
{{- $root := index . 0 -}}
{{- printf "%s:%s" (get $root.Values.image (index . 1)) (default $root.Chart.AppVersion $root.Values.image.tag) -}}
{{- end }}

{{/*
What all pods have. Without enableServiceLinks: false, Kubernetes would set MOTCUA_PORT and the like where a Service is
named motcua, which are settings of ours.
*/}}
{{- define "motcua.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: { type: RuntimeDefault }
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
{{- range . }}
  - name: {{ . }}
{{- end }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* Pods of one process stand on several machines, if they can. */}}
{{- define "motcua.spread" -}}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels: {{- include "motcua.selector" . | nindent 8 }}
{{- end }}

{{- define "motcua.container" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
{{- end }}

{{/* Time for the Service to send nobody here any more. */}}
{{- define "motcua.leaving" -}}
lifecycle:
  preStop:
    exec: { command: [sleep, "5"] }
{{- end }}

{{- define "motcua.rollout" -}}
strategy:
  type: RollingUpdate
  rollingUpdate: { maxUnavailable: 0, maxSurge: 1 }
{{- end }}
