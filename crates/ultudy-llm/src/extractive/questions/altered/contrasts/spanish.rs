use super::Lists;

pub(super) static LISTS: Lists = Lists {
    order: "primer~/últim~ mínim~/máxim~ menor~/mayor~ más_pequeñ~/más_grande inferior~/superior~ \
        creciente~/decreciente~ aumenta/disminuye aumentan/disminuyen aumento/disminución antes/después \
        encima/debajo interior~/exterior~ izquierda/derecha entrada/salida principio/final \
        alt~/baj~ ascendente~/descendente~ positiv~/negativ~ más_cort~/más_larg~ \
        numerador/denominador absorbe/libera gana/pierde más_rápid~/más_lent~ consume/produce \
        fuerte~/débil~",
    kind: "abiert~/cerrad~ finit~/infinit~ par/impar pares/impares continu~/discontinu~ \
        acotad~/no_acotad~ inyectiv~/sobreyectiv~ lineal~/cuadrátic~ local~/global~ \
        convergente~/divergente~ converge/diverge real/complejo reales/complejos \
        constante~/variable~ suma/diferencia/resta producto/cociente unión/intersección \
        horizontal~/vertical~ fila/columna filas/columnas racional~/irracional~ estátic~/dinámic~ \
        dependiente~/independiente~ igual_a/distinto_de conmutativ~/asociativ~ verdader~/fals~ \
        necesari~/suficiente derivada/integral velocidad/aceleración masa/fuerza \
        protón/electrón protones/electrones sólid~/líquid~ ácid~/básic~ intern~/extern~ \
        direct~/indirect~ conocid~/desconocid~ animal~/vegetal~ químic~/eléctric~ \
        mism~>otr~ públic~/privad~",
    quantity: "siempre/nunca a_menudo/rara_vez al_menos/a_lo_sumo/exactamente como_máximo/como_mínimo \
        únic~>cualquier varios>uno_solo muchos/pocos muchas/pocas",
    weaker: "todos_los>algunos todas_las>algunas para_todo>para_algún cada>algún",
    truth: "no_es>es es>no_es no_son>son son>no_son está>no_está están>no_están no> sin>con con>sin permite/impide permiten/impiden puede>no_puede pueden>no_pueden \
        contiene>no_contiene tiene>no_tiene tienen>no_tienen posible~/imposible~",
    junction: "o>y y>o",
    endings: &["es", "os", "as", "o", "a", "s", ""],
    numbers: &[
        "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez",
    ],
    labels: &[
        "figura",
        "fig",
        "sección",
        "capítulo",
        "tabla",
        "teorema",
        "lema",
        "ecuación",
        "página",
        "definición",
        "ejemplo",
        "ejercicio",
        "parte",
        "paso",
        "proposición",
        "nota",
    ],
};
