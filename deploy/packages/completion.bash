# bash completion of alibabacloud-kms-agent
_alibabacloud_kms_agent() {
  local list=
  case $COMP_CWORD:${COMP_WORDS[1]} in
    @CASES@
  esac
  mapfile -t COMPREPLY < <(compgen -W "$list" -- "${COMP_WORDS[COMP_CWORD]}")
}
complete -o default -F _alibabacloud_kms_agent alibabacloud-kms-agent
