#!/bin/sh
# embed.sh FOLDER: C source of a table with every file of the folder, name and text, sorted by name (handlers/builtin.h).
printf '#include "handlers/builtin.h"\n\nconst builtin_file_t builtin_files[] = {\n'
for f in "$1"/*.cue "$1"/*.yaml; do
    [ -f "$f" ] || continue
    printf '    {"%s",\n' "$(basename "$f")"
    sed 's/\\/\\\\/g; s/"/\\"/g; s/\t/\\t/g; s/^/     "/; s/$/\\n"/' "$f"
    printf '    },\n'
done
printf '    {0, 0},\n};\n'
