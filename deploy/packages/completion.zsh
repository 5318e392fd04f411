#compdef alibabacloud-kms-agent
local list=
case $((CURRENT - 1)):$words[2] in
    @CASES@
esac
compadd -- ${=list}
(( CURRENT == 2 )) || _files
