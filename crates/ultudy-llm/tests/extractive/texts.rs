//! Sample sections as the reader of PDFs writes them.

pub const CALCULUS: &str = "\
<!-- page 41 -->

## 3 Limits and continuity

In this section we make precise what it means that a function comes close to a value. The idea \
of a limit is fundamental, because both the derivative and the integral are defined by it.

## 3.1 Limits

Definition 3.1 (Limit). A number L is called the limit of the function f at the point a if f(x) \
comes as close to L as we please whenever x is close enough to a. We write $\\lim_{x \\to a} f(x) \
= L$, where x runs through the numbers different from a. The limit does not depend on the value \
of f at the point a itself.

A one-sided limit is a limit in which x approaches the point a from one side only. For example, \
the sign function has the one-sided limits −1 and 1 at zero, but it has no limit there. Note that \
a limit exists exactly when both one-sided limits exist and agree.

<!-- page 42 -->

## 3.2 Continuity

A function is called continuous at a point if its limit at that point equals its value there. A \
discontinuity is a point at which a function is not continuous. For instance, a step in the graph \
is a discontinuity, because the one-sided limits differ there.

Theorem 3.4 (Intermediate value theorem). If a function is continuous on a closed interval, then \
it takes every value between its values at the ends. The intermediate value theorem tells us that \
an equation has a solution, but it does not say where the solution lies. The bisection method is \
a procedure that halves an interval again and again in order to find such a solution.

<!-- page 43 -->

## 3.3 The derivative

The derivative of a function at a point is the limit of the slopes of its secants through that \
point. A secant is a straight line through two points of a graph. A tangent is the straight line \
that touches a graph at a point and has the slope of the graph there. Every differentiable \
function is continuous, but a continuous function need not be differentiable.

Exercise 3.7: Show that the derivative of a constant function is zero everywhere.
";

pub const BIOLOGY: &str = "\
<!-- page 7 -->

# Cells and energy

All living things are made of cells. A cell is the smallest unit of life that can grow and divide \
by itself. Cells without a nucleus are called prokaryotes, and cells with a nucleus are called \
eukaryotes. The nucleus is the part of a cell that contains its genetic material.

## Organelles

An organelle is a structure within a cell that has a task of its own. Mitochondria are organelles \
that release the energy stored in sugar. Chloroplasts are organelles that capture the energy of \
light and store it in sugar. Ribosomes are the places where a cell builds its proteins.

<!-- page 8 -->

## Respiration and photosynthesis

Cellular respiration is the process by which mitochondria break down sugar with the help of \
oxygen. Photosynthesis is the process by which chloroplasts build sugar out of carbon dioxide and \
water. It is important to see that the one process runs, so to speak, backwards through the \
other. You can think of the two as a rechargeable battery that the sun fills and the cell empties.

Adenosine triphosphate is a molecule that carries energy from one reaction to another. For \
example, a muscle cell uses up its whole store of adenosine triphosphate within a few seconds. An \
enzyme is a protein that speeds up a reaction without being used up by it. Enzymes are important \
because most reactions of a cell would be far too slow without them.
";

pub const GERMAN: &str = "\
<!-- page 12 -->

## 2 Metrische Räume

Eine Menge zusammen mit einem Abstand ihrer Punkte heißt metrischer Raum, wenn für den Abstand \
die Dreiecksungleichung gilt. Die Dreiecksungleichung besagt, dass ein Umweg über einen dritten \
Punkt niemals kürzer ist als der direkte Weg. Unter einer Kugel versteht man die Menge aller \
Punkte, die von einem Mittelpunkt höchstens einen gegebenen Abstand haben.

Eine Menge heißt offen, wenn sie um jeden ihrer Punkte noch eine ganze Kugel enthält. Das \
Komplement einer offenen Menge wird abgeschlossen genannt. Eine Umgebung ist eine Menge, die um \
einen Punkt herum eine Kugel enthält, d. h. eine offene Menge mit diesem Punkt.

<!-- page 13 -->

## Konvergenz

Eine Folge heißt konvergent, wenn ihre Glieder einem Punkt beliebig nahe kommen. Dieser Punkt \
wird Grenzwert der Folge genannt. Zum Beispiel hat die Folge der Stammbrüche den Grenzwert null. \
Eine Cauchyfolge ist eine Folge, deren Glieder einander beliebig nahe kommen. Ein metrischer Raum \
heißt vollständig, wenn in ihm jede Cauchyfolge konvergent ist. Die Vollständigkeit ist wichtig, \
weil man mit ihr einen Grenzwert finden kann, ohne ihn vorher zu kennen.
";

pub const CODE: &str = "\
<!-- page 3 -->

# Lists and dictionaries

A list is a sequence of values that can be changed after it was made. You make a list by writing \
its values between square brackets:

```python
primes = [2, 3, 5]
primes.append(7)
```

A dictionary is a collection of pairs, each of a key and a value. The key is the part of a pair \
by which the dictionary finds the value. Looking up a key takes the same time however large the \
dictionary is.

```python
ages = {\"Ada\": 36}
```

<!-- page 4 -->

A comprehension is an expression that makes a new list out of an old one. An iterator is an \
object that hands out one value after another until none is left. Note that an iterator can be \
used only once. The statement `del list[0]` removes the first value of a list.

| call | result |
|---|---|
| `len(primes)` | 4 |
";

pub const FRENCH: &str = "\
<!-- page 2 -->

## La cellule

La cellule est la plus petite unité du vivant qui puisse vivre seule. On appelle noyau la partie \
de la cellule qui contient le matériel génétique. La membrane est une enveloppe mince qui sépare \
la cellule de son milieu. Une enzyme est une protéine qui accélère une réaction sans être \
consommée. Les mitochondries sont des organites qui libèrent l'énergie du sucre. La \
photosynthèse est un processus par lequel les plantes fabriquent du sucre avec la lumière.
";

pub const SPANISH: &str = "\
<!-- page 5 -->

## La célula

La célula es la unidad más pequeña de los seres vivos. Se llama núcleo a la parte de la célula \
que contiene el material genético. La membrana es una envoltura delgada que separa la célula de \
su medio. Una enzima es una proteína que acelera una reacción sin gastarse. La fotosíntesis es un \
proceso con el que las plantas producen azúcar a partir de la luz. Las mitocondrias son orgánulos \
que liberan la energía del azúcar.
";

pub const JAPANESE: &str = "\
<!-- page 9 -->

## 探索問題

状態空間とは問題の取りうる状態をすべて集めた集合である。初期状態とは問題を解き始めるときの状態である。\
終了条件とは問題が解けたかどうかを判定する関数である。展開とは状態から次の状態をすべて生成する操作である。\
次の状態を生成する操作を後続関数と呼ぶ。幅優先探索とは浅い節点から順に調べる方法である。\
";
