{{/*
One agent on every node: what a pod gets, and what its policies check.
*/}}

{{- /* The full name with its final dot: without it, a namespace of the search path could take the name. */ -}}
{{- define "kms-agent.host" -}}
{{ .Release.Name }}.{{ .Release.Namespace }}.svc.{{ .Values.node.clusterDomain }}.
{{- end -}}

{{- define "kms-agent.nodeConfig" -}}
{{- $region := required "kms.region is missing" .Values.kms.region -}}
{{- $folder := "/var/run/secrets/kubernetes.io/serviceaccount" -}}
[Server]
ListenAddress = "0.0.0.0"
AllowRemote = true
HttpPort = {{ .Values.ports.http }}
AllowedHosts = [{{ include "kms-agent.host" . | toJson }}]
[Management]
Port = {{ .Values.ports.management }}
[KMS]
Region = {{ toJson $region }}
{{- if .Values.kms.endpoint }}
Endpoint = {{ toJson .Values.kms.endpoint }}
{{- else if .Values.kms.vpc }}
Endpoint = "kms-vpc.{{ $region }}.aliyuncs.com"
{{- end }}
{{- if (.Values.kms.caConfigMap).name }}
CaFile = "/etc/kms-agent-ca/ca.pem"
{{- end }}
CredentialType = "PodIdentity"
OidcProviderArn = {{ required "identity.oidcProviderArn is missing" .Values.identity.oidcProviderArn | toJson }}
# The role of a pod that names none.
RoleArn = "acs:ram::{{ first .Values.identity.accounts | required "identity.accounts is missing" }}:role/{{ .Values.identity.rolePattern }}"
[KMS.PodIdentity]
Issuer = {{ required "node.issuer is missing" .Values.node.issuer | toJson }}
Audience = {{ toJson .Values.node.audience }}
JwksUri = "https://kubernetes.default.svc/openid/v1/jwks"
JwksCaFile = "{{ $folder }}/ca.crt"
JwksTokenFile = "{{ $folder }}/token"
Accounts = {{ toJson .Values.identity.accounts }}
NodeName = "${ENV:NODE_NAME}"
{{- end -}}

{{- define "kms-agent.nodeEnv" -}}
- {{ include "kms-agent.env" . | nindent 2 | trim }}
- name: KMS_URL
  value: http://{{ include "kms-agent.host" . }}:{{ .Values.ports.http }}
{{- end -}}

{{- define "kms-agent.nodeVolume" -}}
name: kms-agent-token
projected:
  # Without fsGroup the kubelet gives it to root.
  defaultMode: 0444
  sources:
    - serviceAccountToken:
        audience: {{ .Values.node.audience }}
        expirationSeconds: 3600
        path: token
{{- end -}}

{{- /* The only annotation names the containers that get the token. */ -}}
{{- define "kms-agent.nodeProblems" -}}
{{- $containers := printf "%s/containers" .Values.annotationPrefix -}}
- name: problems
  expression: |-
    variables.annotations.filter(k, k.startsWith("{{ .Values.annotationPrefix }}/") && k != "{{ $containers }}")
      .map(k, "there is no annotation " + k + (k == "{{ .Values.annotationPrefix }}/role" ? ": a request names its role" : ""))
    + (variables.annotations[?"{{ $containers }}"].optMap(t, t.split(",")).orValue([])
      .all(n, variables.others.exists(c, c.name == n))
      ? [] : ["annotation {{ $containers }} names a container that is not there"])
{{- end -}}

{{- /* What is where the token or the variables have to be. */ -}}
{{- define "kms-agent.nodeConflicts" -}}
{{- $folder := .Values.tokenFolder -}}
{{- $path := regexQuoteMeta $folder | replace "/var/run/" "(/var)?/run/" -}}
- name: conflicts
  expression: |-
    (variables.annotations[?"kms-agent-webhook-injector/inject"].orValue("false") != "false"
      ? ["annotation kms-agent-webhook-injector/inject asks for another agent"] : [])
    + (["alibabacloud.com/eci", "alibabacloud.com/acs"].exists(l, object.metadata.?labels[?l].orValue("false") == "true")
      ? ["there is no agent on a virtual node"] : [])
    + (object.spec.?os.?name.orValue("linux") != "linux" ||
      object.spec.?nodeSelector[?"kubernetes.io/os"].orValue("linux") != "linux" ? ["the agent runs on Linux"] : [])
    + object.spec.?volumes.orValue([]).filter(v, v.name == "kms-agent-token" && v.?projected.?sources.orValue([])
      .map(s, s.?serviceAccountToken).map(t, [t.?audience.orValue(""), t.?path.orValue("")]) != [["{{ .Values.node.audience }}", "token"]])
      .map(v, "volume " + v.name + " is not the one of the KMS agent")
    + variables.clients.filter(c, c.?volumeMounts.orValue([]).exists(m, m.mountPath.matches("^{{ $path }}(/|$)") &&
      (m.name != "kms-agent-token" || m.mountPath != "{{ $folder }}")))
      .map(c, "container " + c.name + " has another mount at {{ $folder }}")
    {{- range include "kms-agent.nodeEnv" . | fromYamlArray }}
    + variables.clients.filter(c, c.?env.orValue([]).exists(e, e.name == "{{ .name }}" &&
      e.?value.orValue("") != "{{ .value }}")).map(c, "container " + c.name + " has another variable {{ .name }}")
    {{- end }}
{{- end -}}

{{- define "kms-agent.nodeInjected" -}}
- expression: >-
    variables.isLeftAlone || size(variables.conflicts) > 0 || variables.clients.all(c,
    c.?volumeMounts.orValue([]).exists(m, m.mountPath == "{{ .Values.tokenFolder }}") &&
    ["KMS_TOKEN", "KMS_URL"].all(n, c.?env.orValue([]).exists(e, e.name == n)))
  message: >-
    a container lacks the mount {{ .Values.tokenFolder }} of volume kms-agent-token, or the variable KMS_TOKEN or KMS_URL:
    before Kubernetes 1.36 the pod template has them
{{- end -}}
