"""The same small program in several languages: NAME and SIZE are put in later."""

from collections.abc import Mapping

PYTHON = '''\
from collections.abc import Iterator


def NAME(limit: int) -> Iterator[int]:
    """Yield the squares below `limit`."""
    number = 0
    while number**2 < limit:
        yield number**2
        number += 1


print(list(NAME(SIZE)))'''

JAVASCRIPT = """\
export function* NAME(limit) {
  // squares below the limit
  for (let n = 0; n ** 2 < limit; n += 1) {
    yield n ** 2;
  }
}

console.log([...NAME(SIZE)]);"""

TYPESCRIPT = JAVASCRIPT.replace("(limit)", "(limit: number): Generator<number>")

RUST = """\
fn NAME(limit: u64) -> impl Iterator<Item = u64> {
    (0u64..).map(|n| n * n).take_while(move |square| *square < limit)
}

fn main() {
    println!("{:?}", NAME(SIZE).collect::<Vec<_>>());
}"""

GO = """\
package main

import "fmt"

func NAME(limit int) []int {
\tvar squares []int
\tfor n := 0; n*n < limit; n++ {
\t\tsquares = append(squares, n*n)
\t}
\treturn squares
}

func main() {
\tfmt.Println(NAME(SIZE))
}"""

BASH = """\
#!/usr/bin/env bash
set -euo pipefail

NAME() {
  local n=0
  while (( n * n < $1 )); do
    echo "$(( n * n ))"
    n=$(( n + 1 ))
  done
}

NAME SIZE"""

SQL = """\
WITH RECURSIVE NAME(n) AS (
    SELECT 0
    UNION ALL
    SELECT n + 1 FROM NAME WHERE (n + 1) * (n + 1) < SIZE
)
SELECT n * n AS square
FROM NAME
ORDER BY square;"""

C = """\
#include <stdio.h>

static void NAME(int limit) {
    for (int n = 0; n * n < limit; n++) {
        printf("%d\\n", n * n);
    }
}

int main(void) {
    NAME(SIZE);
    return 0;
}"""

JAVA = """\
import java.util.stream.IntStream;

public class Main {
    static IntStream NAME(int limit) {
        return IntStream.iterate(0, n -> n * n < limit, n -> n + 1).map(n -> n * n);
    }

    public static void main(String[] args) {
        NAME(SIZE).forEach(System.out::println);
    }
}"""

HTML = """\
<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>NAME</title>
  </head>
  <body>
    <h1>NAME</h1>
    <p>SIZE is the limit.</p>
  </body>
</html>"""

JSON = """\
{
  "name": "NAME",
  "limit": SIZE,
  "squares": [0, 1, 4, 9, 16],
  "simulated": true
}"""

SAMPLES: Mapping[str, str] = {
    "python": PYTHON,
    "javascript": JAVASCRIPT,
    "typescript": TYPESCRIPT,
    "rust": RUST,
    "go": GO,
    "bash": BASH,
    "sql": SQL,
    "c": C,
    "java": JAVA,
    "html": HTML,
    "json": JSON,
}
"""The sample of each language."""
