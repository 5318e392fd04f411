{{/*
The agent as a native sidecar. Each template takes the root context of this chart; another chart passes
(index .Subcharts "kms-agent").
*/}}

{{- define "kms-agent.mode" -}}
{{- if eq .Values.mode "Auto" -}}
{{- ternary "MutatingAdmissionPolicy" "SidecarSet" (semverCompare ">=1.36-0" .Capabilities.KubeVersion.Version) -}}
{{- else -}}
{{- .Values.mode -}}
{{- end -}}
{{- end -}}

{{- define "kms-agent.image" -}}
{{- $repository := required "image.repository is missing" .Values.image.repository -}}
{{- if .Values.image.digest -}}
{{ $repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ $repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{- /* The variable that tells the application, and the agent, where the token is. */ -}}
{{- define "kms-agent.env" -}}
name: KMS_TOKEN
value: file://{{ .Values.tokenFolder }}/token
{{- end -}}

{{- define "kms-agent.volumeMount" -}}
name: kms-agent-token
mountPath: {{ .Values.tokenFolder }}
readOnly: true
{{- end -}}

{{- /* The agent makes its folder, files, in the volume: the volume itself is writable to every user. */ -}}
{{- define "kms-agent.filesVolume" -}}
name: kms-agent-files
emptyDir:
  medium: Memory
  sizeLimit: 16Mi
{{- end -}}

{{- define "kms-agent.filesMount" -}}
name: kms-agent-files
mountPath: /var/run/kms-agent
readOnly: true
{{- end -}}

{{- /* The authorities of an instance's own gateway. Not optional: until the ConfigMap is there, the pod waits. */ -}}
{{- define "kms-agent.caVolume" -}}
{{- with .Values.kms.caConfigMap }}
{{- if .name -}}
name: kms-agent-ca
configMap:
  name: {{ .name }}
  items:
    - key: {{ .key }}
      path: ca.pem
{{- end }}
{{- end }}
{{- end -}}

{{- define "kms-agent.caMount" -}}
name: kms-agent-ca
mountPath: /etc/kms-agent-ca
readOnly: true
{{- end -}}

{{- define "kms-agent.volumes" -}}
- name: kms-agent-token
  emptyDir:
    medium: Memory
    sizeLimit: 1Mi
{{- if ne .Values.identity.mode "Webhook" }}
- name: kms-agent-identity
  projected:
    # A pod is refused if another container mounts it. Without fsGroup the kubelet gives it to root.
    defaultMode: 0444
    sources:
      - serviceAccountToken:
          audience: sts.aliyuncs.com
          path: token
{{- end }}
{{- with include "kms-agent.caVolume" . }}
- {{ . | nindent 2 | trim }}
{{- end }}
{{- if .Values.configMap }}
- name: kms-agent-config
  configMap:
    name: {{ .Values.configMap }}
{{- end }}
{{- if .Values.files }}
- {{ include "kms-agent.filesVolume" . | nindent 2 | trim }}
{{- end }}
{{- if .Values.keepCache }}
{{ include "kms-agent.cacheVolumes" . }}
{{- end }}
{{- if .Values.audit.enabled }}
{{ include "kms-agent.auditVolumes" . }}
{{- end }}
{{- end -}}

{{- /*
A cache that outlives a crash of the agent. Its entries are sealed; they and the key are in memory, are gone with the pod,
and the agent alone mounts them.
*/ -}}
{{- define "kms-agent.cacheVolumes" -}}
- name: kms-agent-cache
  emptyDir:
    medium: Memory
    sizeLimit: {{ include "kms-agent.cacheMebibytes" . }}Mi
- name: kms-agent-key
  emptyDir:
    medium: Memory
    sizeLimit: 1Mi
{{- end -}}

{{- define "kms-agent.cacheMounts" -}}
- name: kms-agent-cache
  mountPath: /var/lib/kms-agent
- name: kms-agent-key
  mountPath: /var/run/kms-agent-key
{{- end -}}

{{- define "kms-agent.cacheVariables" -}}
- name: KMS_AGENT_CACHE_CACHETYPE
  value: File
- name: KMS_AGENT_CACHE_FILE_PATH
  value: /var/lib/kms-agent
- name: KMS_AGENT_CACHE_FILE_ENCRYPTIONKEY
  value: ${FILE:/var/run/kms-agent-key/key}
{{- end -}}

{{- /* What the agent keeps at most, a page for each secret that is not full, and 4 MiB for all else. */ -}}
{{- define "kms-agent.cacheMebibytes" -}}
{{- $settings := .Values.settings | default dict -}}
{{- $bytes := get $settings "KMS_AGENT_CACHE_MAXBYTES" | default 67108864 | int64 -}}
{{- $secrets := get $settings "KMS_AGENT_CACHE_CACHESIZE" | default 1000 | int64 -}}
{{- ceil (divf (add $bytes (mul $secrets 4096)) 1048576) | add 4 -}}
{{- end -}}

{{- /* The audit trail, with space for the lines that the agent writes when its files have the size of AuditMaxSize. */ -}}
{{- define "kms-agent.auditVolumes" -}}
- name: kms-agent-audit
  {{- if .Values.audit.hostPath }}
  hostPath:
    path: {{ .Values.audit.hostPath }}
    type: Directory
  {{- else }}
  emptyDir:
    sizeLimit: {{ include "kms-agent.auditMebibytes" . | int64 | add 16 }}Mi
  {{- end }}
{{- with .Values.audit.keySecret }}
# Not optional: until the Secret is there, the pod waits. The mode is for the agent, which is not root, and alone mounts it.
- name: kms-agent-audit-key
  secret:
    secretName: {{ . }}
    defaultMode: 0444
    items:
      - key: audit.key
        path: audit.key
{{- end }}
{{- end -}}

{{- define "kms-agent.auditMounts" -}}
- name: kms-agent-audit
  mountPath: /var/log/kms-agent
  {{- if .Values.audit.hostPath }}
  # Two agents of a node write there during an update.
  subPathExpr: $(POD_NAME)
  {{- end }}
{{- if .Values.audit.keySecret }}
- name: kms-agent-audit-key
  mountPath: /etc/kms-agent-audit
  readOnly: true
{{- end }}
{{- end -}}

{{- define "kms-agent.auditVariables" -}}
{{- if .Values.audit.hostPath -}}
- name: POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
{{ end -}}
- name: KMS_AGENT_LOG_AUDIT
  value: "true"
- name: KMS_AGENT_LOG_AUDITPATH
  value: /var/log/kms-agent
{{- if not (hasKey .Values.settings "KMS_AGENT_LOG_AUDITMAXSIZE") }}
- name: KMS_AGENT_LOG_AUDITMAXSIZE
  value: {{ include "kms-agent.auditMebibytes" . | quote }}
{{- end }}
{{- if .Values.audit.keySecret }}
- name: KMS_AGENT_LOG_AUDITKEYFILE
  value: /etc/kms-agent-audit/audit.key
{{- end }}
{{- end -}}

{{- define "kms-agent.auditMebibytes" -}}
{{- get (.Values.settings | default dict) "KMS_AGENT_LOG_AUDITMAXSIZE" | default 1000 | int64 -}}
{{- end -}}

{{- /*
The same text for all pods. What the annotations of a pod say is in variables KMS_INJECTED_.., of which the program makes
those of the agent: so each command in the container has them. The token is kept when the agent's container restarts, and
readable to any user: only containers that mount the volume see it. The agent keeps the FIFO open, and so the line in it
until the hook of its container reads it.
*/ -}}
{{- define "kms-agent.script" -}}
{{- $node := eq .Values.mode "Node" -}}
set -eu
{{- if .Values.keepCache }}
./alibabacloud-kms-agent token --keep --mode 0600 /var/run/kms-agent-key/key
{{- end }}
{{- $options := "" }}
{{- if not $node }}
{{ include "kms-agent.fifo" . }}
exec 3<>{{ .Values.tokenFolder }}/started
{{- $options = printf " --make-token %[1]s/token --mode 0644 --notify %[1]s/started" .Values.tokenFolder }}
{{- end }}
exec ./alibabacloud-kms-agent agent{{ $options }} {{ ternary "/etc/kms-agent/config.toml" "config.toml" (or $node (ne .Values.configMap "")) }}
{{- end -}}

{{- /* Whoever is first makes it: the container's command, or its hook. */ -}}
{{- define "kms-agent.fifo" -}}
mkfifo -m 0600 {{ .Values.tokenFolder }}/started 2>/dev/null || [ -p {{ .Values.tokenFolder }}/started ]
{{- end -}}

{{- /*
Files are waited for without an end: a new start of the agent would not bring KMS back. All fields are written out:
OpenKruise sets no defaults of a startup probe.
*/ -}}
{{- define "kms-agent.filesProbe" -}}
httpGet:
  scheme: HTTP
  path: /startupz
  port: kms-agent-mgmt
periodSeconds: 1
timeoutSeconds: 1
successThreshold: 1
failureThreshold: 2147483647
{{- end -}}

{{- /* A variable with the text of one of the pod's annotations, empty without it. */ -}}
{{- define "kms-agent.ofAnnotation" -}}
- name: KMS_INJECTED_{{ upper .setting }}
  valueFrom:
    fieldRef:
      fieldPath: metadata.annotations['{{ .root.Values.annotationPrefix }}/{{ .setting }}']
{{- end -}}

{{- /* The heap and 224 MiB, and what a volume in memory can hold: its pages count as those of the container. */ -}}
{{- define "kms-agent.resources" -}}
{{- $ofNode := ternary 464 496 (empty (.Values.node.tls).secretName) -}}
{{- $memory := ternary $ofNode 400 (eq .Values.mode "Node") -}}
{{- if .Values.keepCache }}{{ $memory = include "kms-agent.cacheMebibytes" . | add $memory }}{{ end -}}
{{- $limits := dict "memory" (printf "%dMi" $memory) -}}
{{- toYaml (merge (dict) .Values.resources (dict "limits" $limits)) -}}
{{- end -}}

{{- define "kms-agent.variables" -}}
- name: KMS_INJECTED
  value: "true"
- {{ include "kms-agent.env" . | nindent 2 | trim }}
- name: KMS_AGENT_SERVER_HTTPPORT
  value: {{ .Values.ports.http | quote }}
- name: KMS_AGENT_MANAGEMENT_PORT
  value: {{ .Values.ports.management | quote }}
- name: KMS_AGENT_KMS_CREDENTIALTYPE
  value: RRSA
- name: KMS_AGENT_KMS_REGION
  value: {{ required "kms.region is missing" .Values.kms.region }}
{{- if .Values.kms.endpoint }}
- name: KMS_AGENT_KMS_ENDPOINT
  value: {{ .Values.kms.endpoint }}
{{- else if .Values.kms.vpc }}
- name: KMS_INJECTED_VPC
  value: "true"
{{- end }}
{{- if (.Values.kms.caConfigMap).name }}
- name: KMS_AGENT_KMS_CAFILE
  value: /etc/kms-agent-ca/ca.pem
{{- end }}
{{- if ne .Values.identity.mode "Webhook" }}
# Of roles that are given by their names.
- name: KMS_INJECTED_ACCOUNT
  value: {{ first .Values.identity.accounts | required "identity.accounts is missing" | quote }}
- name: KMS_AGENT_KMS_OIDCPROVIDERARN
  value: {{ required "identity.oidcProviderArn is missing" .Values.identity.oidcProviderArn }}
- name: KMS_AGENT_KMS_OIDCTOKENFILE
  value: /var/run/secrets/kms-agent/token
{{- end }}
{{- if .Values.keepCache }}
{{ include "kms-agent.cacheVariables" . }}
{{- end }}
{{- if .Values.audit.enabled }}
{{ include "kms-agent.auditVariables" . }}
{{- end }}
{{- include "kms-agent.settings" . }}
{{- if eq .Values.identity.mode "Annotation" }}
{{ include "kms-agent.ofAnnotation" (dict "root" . "setting" "role") }}
{{- else if eq .Values.identity.mode "Pattern" }}
- name: KMS_INJECTED_NAMESPACE
  valueFrom:
    fieldRef:
      fieldPath: metadata.namespace
- name: KMS_INJECTED_SERVICE_ACCOUNT
  valueFrom:
    fieldRef:
      fieldPath: spec.serviceAccountName
- name: KMS_INJECTED_ROLE
  value: {{ .Values.identity.rolePattern | replace "{namespace}" "$(KMS_INJECTED_NAMESPACE)" | replace "{serviceAccount}" "$(KMS_INJECTED_SERVICE_ACCOUNT)" }}
{{- end }}
{{- range list "region" "prefetch" "dialect" "files" }}
{{ include "kms-agent.ofAnnotation" (dict "root" $ "setting" .) }}
{{- end }}
{{- end -}}

{{- define "kms-agent.securityContext" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "kms-agent.container" -}}
name: kms-agent
image: {{ include "kms-agent.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
restartPolicy: Always
command:
  - /bin/sh
  - -c
  - |-
    {{- include "kms-agent.script" . | nindent 4 }}
env:
  {{- include "kms-agent.variables" . | nindent 2 }}
ports:
  - name: kms-agent-mgmt
    containerPort: {{ .Values.ports.management }}
# The next container starts when this hook ends: once the agent listens. A startup probe, which the kubelet repeats each
# second, costs 0.8 s more. An agent that does not listen after a minute is started again.
lifecycle:
  postStart:
    exec:
      command:
        - timeout
        - "60"
        - /bin/sh
        - -c
        - |-
          {{- include "kms-agent.fifo" . | nindent 10 }}
          read -r _ <{{ .Values.tokenFolder }}/started
{{- if .Values.files }}
startupProbe:
  {{- include "kms-agent.filesProbe" . | nindent 2 }}
{{- end }}
# No livenessProbe: a watchdog in the agent ends a process that hangs.
readinessProbe:
  httpGet:
    path: /readyz
    port: kms-agent-mgmt
  periodSeconds: 5
  timeoutSeconds: 3
resources:
  {{- include "kms-agent.resources" . | nindent 2 }}
securityContext:
  {{- include "kms-agent.securityContext" . | nindent 2 }}
volumeMounts:
  - name: kms-agent-token
    mountPath: {{ .Values.tokenFolder }}
  {{- if ne .Values.identity.mode "Webhook" }}
  - name: kms-agent-identity
    mountPath: /var/run/secrets/kms-agent
    readOnly: true
  {{- end }}
  {{- if (.Values.kms.caConfigMap).name }}
  - {{ include "kms-agent.caMount" . | nindent 4 | trim }}
  {{- end }}
  {{- if .Values.configMap }}
  - name: kms-agent-config
    mountPath: /etc/kms-agent
    readOnly: true
  {{- end }}
  {{- if .Values.files }}
  - name: kms-agent-files
    mountPath: /var/run/kms-agent
  {{- end }}
  {{- if .Values.keepCache }}
  {{- include "kms-agent.cacheMounts" . | nindent 2 }}
  {{- end }}
  {{- if .Values.audit.enabled }}
  {{- include "kms-agent.auditMounts" . | nindent 2 }}
  {{- end }}
{{- end -}}
