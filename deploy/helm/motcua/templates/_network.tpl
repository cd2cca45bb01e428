{{/* Rules of network policies, and a process as a peer in one line. */}}
{{- define "motcua.dns" -}}
- to: {{- toYaml .Values.networkPolicy.dnsTo | nindent 4 }}
  ports:
    - { protocol: UDP, port: 53 }
    - { protocol: TCP, port: 53 }
{{- end }}
{{- define "motcua.database" -}}
- ports: [{ protocol: TCP, port: {{ .Values.networkPolicy.databasePort }} }]
  {{- with .Values.networkPolicy.databaseTo }}
  to: {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
{{- define "motcua.redis" -}}
- ports: [{ protocol: TCP, port: {{ .Values.networkPolicy.redisPort }} }]
  {{- with .Values.networkPolicy.redisTo }}
  to: {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
{{- define "motcua.outside" -}}
- to:
    - ipBlock:
        cidr: 0.0.0.0/0
        except: {{- toYaml .Values.networkPolicy.outside.except | nindent 10 }}
  ports:
    {{- range .Values.networkPolicy.outside.ports }}
    - { protocol: TCP, port: {{ . }} }
    {{- end }}
{{- end }}
{{- define "motcua.peer" -}}
{{- dict "podSelector" (dict "matchLabels" (include "motcua.selector" . | fromYaml)) | toJson -}}
{{- end }}
