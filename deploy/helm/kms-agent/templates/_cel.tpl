{{/*
What the admission policies share. Text of a pod is compared and counted, and never becomes a part of another text.
*/}}

{{- /* A value as a CEL literal. dyn(): the values of a map are otherwise all of one type. */ -}}
{{- define "kms-agent.cel" -}}
{{- if kindIs "map" . -}}
{{- $fields := list -}}
{{- range $name, $value := . -}}
{{- $fields = append $fields (printf "%s: dyn(%s)" (toJson $name) (include "kms-agent.cel" $value)) -}}
{{- end -}}
{{- printf "{\n%s\n}" (join ",\n" $fields | indent 2) -}}
{{- else if kindIs "slice" . -}}
{{- $items := list -}}
{{- range . -}}
{{- $items = append $items (printf "dyn(%s)" (include "kms-agent.cel" .)) -}}
{{- end -}}
{{- printf "[\n%s\n]" (join ",\n" $items | indent 2) -}}
{{- else -}}
{{- toJson . -}}
{{- end -}}
{{- end -}}

{{- /*
Whether a path is the token's folder or in it, however it is written. In most images /var/run is a link to /run. After
".." any folder of that name counts.
*/ -}}
{{- define "kms-agent.celInFolder" -}}
{{- $slash := "/(\\.?/)*" -}}
{{- $folder := .root.Values.tokenFolder | replace "/var/run/" "/run/" -}}
{{- $name := base $folder -}}
{{- $var := hasPrefix "/run/" $folder | ternary (printf "(var%s)?" $slash) "" -}}
{{- $is := printf "^(\\.?/)*%s%s" $var (trimPrefix "/" $folder | regexQuoteMeta | replace "/" $slash) -}}
{{- $mayBe := printf "(^|/)\\.\\./(.*/)?%s" (regexQuoteMeta $name) -}}
{{ .path }}.contains({{ toJson $name }}) && {{ .path }}.matches({{ printf "(%s|%s)(/|$)" $is $mayBe | toJson }})
{{- end -}}

{{- /* What both kinds of policy know of a pod. */ -}}
{{- define "kms-agent.celVariables" -}}
{{- $prefix := .Values.annotationPrefix -}}
{{- $folder := .Values.tokenFolder -}}
{{- $mode := .Values.identity.mode -}}
- name: annotations
  expression: object.metadata.?annotations.orValue({})
- name: initContainers
  expression: object.spec.?initContainers.orValue([])
# What a policy added. An author of a pod who copies name and variable gets the container of the pod's template.
- name: sidecars
  expression: >-
    variables.initContainers.filter(c, c.name == "kms-agent" &&
    c.?env.orValue([]).exists(e, e.name == "KMS_INJECTED"))
- name: others
  expression: >-
    (object.spec.containers + variables.initContainers).filter(c,
    size(variables.sidecars) == 0 || c.name != "kms-agent")
# Pods with an agent of their own are left alone.
- name: hasOtherAgent
  expression: >-
    variables.others.exists(c, c.name == "kms-agent" ||
    c.?image.orValue("").matches({{ printf "^%s([:@]|$)" (regexQuoteMeta .Values.image.repository) | toJson }}))
- name: isLeftAlone
  expression: >-
    object.metadata.labels["{{ .Values.label }}"] != "true" ||
    size(variables.sidecars) == 0 && variables.hasOtherAgent
# The containers that get the token.
- name: clients
  expression: >-
    "{{ $prefix }}/containers" in variables.annotations
    ? variables.others.filter(c, c.name in variables.annotations["{{ $prefix }}/containers"].split(","))
    : variables.others
# Settings that are not as they have to be.
- name: problems
  expression: >-
    variables.annotations.filter(k, k.startsWith("{{ $prefix }}/") && !(k in [
    {{- range $i, $name := list "role" "region" "prefetch" "containers" "dialect" }}{{ if $i }}, {{ end }}"{{ $prefix }}/{{ $name }}"{{ end -}}
    ])).map(k, "there is no annotation " + k)
    {{- if eq $mode "Annotation" }}
    + (variables.annotations[?"{{ $prefix }}/role"].orValue("").matches(
    {{- printf "^(acs:ram::(%s):role/)?[A-Za-z0-9._-]{1,64}$" (join "|" .Values.identity.accounts) | toJson }})
    ? [] : ["annotation {{ $prefix }}/role must be a role's name, or its ARN in an account of {{ join ", " .Values.identity.accounts }}"])
    {{- else }}
    + (!("{{ $prefix }}/role" in variables.annotations)
    ? [] : ["annotation {{ $prefix }}/role is not allowed: pods do not choose their role"])
    {{- end }}
    {{- if eq $mode "Pattern" }}
    + ({{ .Values.identity.rolePattern | replace "{namespace}" "" | replace "{serviceAccount}" "" | len }} + size(request.namespace)
    {{- if contains "{serviceAccount}" .Values.identity.rolePattern }} + size(object.spec.?serviceAccountName.orValue("default")){{ end }} <= 64
    ? [] : ["the name of the role for this namespace and service account is longer than 64 characters"])
    {{- end }}
    + (variables.annotations[?"{{ $prefix }}/region"].orValue("cn-hangzhou").matches("^[a-z]{2}(-[a-z0-9]{1,20}){1,4}$")
    ? [] : ["annotation {{ $prefix }}/region must be a region's id"])
    + (size(variables.annotations[?"{{ $prefix }}/prefetch"].orValue("a")) <= 2000 &&
    variables.annotations[?"{{ $prefix }}/prefetch"].orValue("a").matches("^[A-Za-z0-9/_+=.@:-]+(,[A-Za-z0-9/_+=.@:-]+)*$")
    ? [] : ["annotation {{ $prefix }}/prefetch must be names of secrets, separated by commas, of at most 2000 characters"])
    + (size(variables.annotations[?"{{ $prefix }}/containers"].orValue("a")) <= 2000 &&
    variables.annotations[?"{{ $prefix }}/containers"].orValue("a").matches("^[a-z0-9-]+(,[a-z0-9-]+)*$")
    ? [] : ["annotation {{ $prefix }}/containers must be names of containers, separated by commas"])
    + (!("{{ $prefix }}/containers" in variables.annotations) ||
    variables.annotations["{{ $prefix }}/containers"].split(",").all(n, variables.others.exists(c, c.name == n))
    ? [] : ["annotation {{ $prefix }}/containers names a container that is not there"])
    + (variables.annotations[?"{{ $prefix }}/dialect"].orValue("kms") in ["kms", "aws", "vault"]
    ? [] : ["annotation {{ $prefix }}/dialect must be kms, aws or vault"])
# Volumes that have the name of one of ours.
- name: otherVolumes
  expression: >-
    object.spec.?volumes.orValue([]).filter(v,
    v.name == "kms-agent-token" && v.?emptyDir.?medium.orValue("") != "Memory"
    {{- if ne $mode "Webhook" }} ||
    v.name == "kms-agent-identity" && v.?projected.?sources.orValue([])
    .map(s, s.?serviceAccountToken.?audience.orValue("")) != ["sts.aliyuncs.com"]
    {{- end }}).map(v, v.name)
# Containers that have something else where the token is or where they are told of it.
- name: otherMounts
  expression: >-
    variables.clients.filter(c,
    c.?volumeMounts.orValue([]).exists(m, {{ include "kms-agent.celInFolder" (dict "root" . "path" "m.mountPath") }} &&
    !(m.name == "kms-agent-token" && m.mountPath == "{{ $folder }}" &&
    m.?subPath.orValue("") + m.?subPathExpr.orValue("") == "")) ||
    c.?volumeDevices.orValue([]).exists(d, {{ include "kms-agent.celInFolder" (dict "root" . "path" "d.devicePath") }}))
    .map(c, c.name)
- name: otherVariables
  expression: >-
    variables.clients.filter(c,
    c.?env.orValue([]).exists(e, e.name == "KMS_TOKEN" && e.?value.orValue("") != "file://{{ $folder }}/token"))
    .map(c, c.name)
# What is where the agent needs its own.
- name: conflicts
  expression: >-
    (variables.annotations[?"kms-agent-webhook-injector/inject"].orValue("false") != "false"
    ? ["annotation kms-agent-webhook-injector/inject asks for another agent"] : [])
    + (object.spec.?hostNetwork.orValue(false)
    ? ["with hostNetwork the agent's ports would be the node's"] : [])
    + (object.spec.?os.?name.orValue("linux") != "linux" ||
    object.spec.?nodeSelector[?"kubernetes.io/os"].orValue("linux") != "linux"
    ? ["the agent runs on Linux"] : [])
    + (size(variables.sidecars) > 0 && variables.hasOtherAgent
    ? ["the pod has another agent"] : [])
    + (size(variables.sidecars) > 0 ? [] : variables.otherVolumes.map(n, "there is a volume " + n))
    + variables.otherMounts.map(n, "container " + n + " has another mount at {{ $folder }}")
    + variables.otherVariables.map(n, "container " + n + " has another variable KMS_TOKEN")
    + variables.others.filter(c, c.?volumeMounts.orValue([]).exists(m, m.name == "kms-agent-identity" ||
    m.name == "kms-agent-token" && !m.?readOnly.orValue(false))).map(c, "container " + c.name + " mounts the identity, or the token to write")
    + variables.others.filter(c,
    c.?ports.orValue([]).exists(p, p.containerPort in [{{ .Values.ports.http }}, {{ .Values.ports.management }}] &&
    p.?protocol.orValue("TCP") == "TCP"))
    .map(c, "container " + c.name + " has port {{ .Values.ports.http }} or {{ .Values.ports.management }}")
{{- end -}}

{{- /*
Mount and variable for the containers of a list that lack them and have nothing else there. The variable comes first:
others can refer to it.
*/ -}}
{{- define "kms-agent.celPatches" -}}
{{ .list }}.transformList(i, c,
  !variables.clients.exists(x, x.name == c.name) || c.name in variables.otherMounts + variables.otherVariables ? [] : (
  (c.?volumeMounts.orValue([]).exists(m, m.mountPath == variables.mount.mountPath)
    ? [] : (size(c.?volumeMounts.orValue([])) > 0
    ? [JSONPatch{op: "add", path: "{{ .path }}/" + string(i) + "/volumeMounts/-", value: variables.mount}]
    : [JSONPatch{op: "add", path: "{{ .path }}/" + string(i) + "/volumeMounts", value: [variables.mount]}]))
  + (c.?env.orValue([]).exists(e, e.name == "KMS_TOKEN")
    ? [] : (size(c.?env.orValue([])) > 0
    ? [JSONPatch{op: "add", path: "{{ .path }}/" + string(i) + "/env/0", value: variables.variable}]
    : [JSONPatch{op: "add", path: "{{ .path }}/" + string(i) + "/env", value: [variables.variable]}])))).flatten()
{{- end -}}
