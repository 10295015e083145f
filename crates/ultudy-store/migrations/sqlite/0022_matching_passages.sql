-- Nothing: what ../postgres/0022_matching_passages.sql makes the inverted index be asked for, it is here.
SELECT 1;
