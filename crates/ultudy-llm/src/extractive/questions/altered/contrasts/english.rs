use super::Lists;

pub(super) static LISTS: Lists = Lists {
    order: "the_first/the_last minimum/maximum minimal/maximal minimize/maximize minimizes/maximizes \
        minimizing/maximizing minimized/maximized smallest/largest smaller/larger least/greatest \
        lowest/highest lower_bound/upper_bound lower_bounds/upper_bounds lower>higher \
        higher/lower less_than/greater_than fewer_than>more_than \
        no_more_than/no_less_than less_likely/more_likely \
        more_often/less_often \
        increases/decreases increase/decrease increasing/decreasing increased/decreased \
        grows/shrinks rises/falls rising/falling raises/lowers before/after \
        earlier/later above/below left_subtree/right_subtree left_child/right_child \
        left_side/right_side left-hand/right-hand to_the_left/to_the_right \
        input/output inputs/outputs the_previous/the_next preceding/subsequent predecessor/successor \
        ascending/descending front/rear top/bottom beginning_of/end_of inner/outer \
        inside/outside interior/exterior forward/backward forwards/backwards longest/shortest \
        longer/shorter best/worst badly/well fastest/slowest faster/slower high/low \
        strong/weak strongest/weakest stronger/weaker deepest/shallowest \
        numerator/denominator parent/child parents/children \
        ancestor/descendant ancestors/descendants subset/superset subsets/supersets \
        insert/delete inserts/deletes inserted/deleted insertion/deletion \
        add/remove adds/removes added/removed encode/decode encodes/decodes \
        encrypt/decrypt push/pop accept/reject accepts/rejects \
        positive/negative nonpositive/nonnegative supply/demand seller/buyer \
        upstream/downstream north/south east/west northern/southern eastern/western \
        hot/cold warm/cold early/late early_in/late_in old/young older/younger oldest/youngest \
        rich/poor wider/narrower wide/narrow thick/thin heavy/light heavier/lighter \
        nearest/farthest closest/farthest far_from>close_to close_to>far_from upward/downward upwards/downwards",
    kind: "row/column rows/columns horizontal/vertical horizontally/vertically static/dynamic \
        statically/dynamically local/global locally/globally internal/external \
        compile_time/run_time injective/surjective injection/surjection union/intersection \
        product_of>sum_of sums/products addition/multiplication \
        additive/multiplicative even_number/odd_number even_numbers/odd_numbers even_integer/odd_integer even_function/odd_function finite/infinite bounded/unbounded discrete/continuous \
        linear/quadratic/exponential deterministic/random \
        constant/variable independent_of>dependent_on independent/dependent \
        held_fixed>varied average_of>sum_of/product_of/maximum_of \
        difference_between>sum_of/product_of/ratio_of \
        equal_to>different_from different_from>equal_to equal/unequal of_the_same>of_different have_the_same>have_different \
        has_the_same>has_different in_the_same>in_different at_the_same>at_different distinct/equal \
        zero/nonzero nonzero>zero non-zero>zero unknown>known true/false valid/invalid \
        possible/impossible necessary/sufficient public/private mutable/immutable \
        symmetric/antisymmetric commutative/associative \
        reflexive/symmetric/transitive \
        convergent/divergent converges/diverges converge/diverge \
        primitive_procedure/compound_procedure primitive_procedures/compound_procedures primitive_expression/compound_expression primitive_expressions/compound_expressions primitive_data/compound_data real_number/complex_number/natural_number/rational_number \
        real_numbers/complex_numbers/natural_numbers/rational_numbers natural_numbers/integers \
        convex/concave prior/posterior mean/median/maximum \
        supervised/unsupervised horizontal/vertical direct/indirect \
        directly/indirectly explicit/implicit explicitly/implicitly abstract/concrete \
        physical/logical primary/secondary serial/parallel sequentially/concurrently \
        synchronous/asynchronous lazy/eager recursive/iterative stable/unstable \
        homogeneous/heterogeneous active/passive voluntary/involuntary conscious/unconscious \
        domestic/foreign short-run/long-run proton/electron/neutron \
        protons/electrons/neutrons oxidation/reduction mitosis/meiosis solid/liquid/gas \
        qualitative/quantitative theoretical/empirical \
        open/closed regular/irregular rational/irrational transitive/symmetric \
        opens/closes uniformly/pointwise left/right vertex/edge vertices/edges \
        node/edge nodes/edges numerator/denominator square/cube squares/cubes \
        derivative_of>integral_of integral_of>derivative_of differentiable/continuous/integrable \
         the_argument/the_result the_arguments/the_results \
        encoder/decoder symbolic/numerical weight/bias weights/biases \
        classification/regression seconds/minutes/hours days/weeks/months \
        automatically/manually temporary/permanent exact/approximate \
        bottom-up/top-down wavelength/frequency force/energy mass/volume",
    quantity: "one_number>two_numbers one_value>two_values one_pass>two_passes one_step>two_steps always>seldom never>often often/seldom usually/rarely frequently/rarely \
        exactly_one/at_most_one/at_least_one at_least/at_most exactly_two/at_least_two/at_most_two exactly_the_same>roughly_the_same \
        everywhere/nowhere only_one/more_than_one many>few most>few \
        unique>arbitrary arbitrary>fixed \
        twice/three_times half/twice double/half only_once>more_than_once",
    weaker: "every>some/no all_the_others>none_of_the_others for_all>for_some all_the>only_some_of_the all_of_the>only_some_of_the \
        some>every there_exists>there_is_at_most_one for_every>for_some",
    truth: "can>cannot cannot>can no_longer>still is_not>is is>is_not are_not>are are>are_not was>was_not were>were_not does_not_exist>exists must>need_not \
        need_not>must not_necessarily>necessarily without>with may>must may_not>must \
        should>should_not should_not>should will>will_not will_not>will has_no>has_a \
        independently_of>depending_on depends_on>does_not_depend_on \
        does_not_depend_on>depends_on succeeds/fails succeed/fail allows>does_not_allow \
        allow>do_not_allow unable_to>able_to able_to>unable_to not_only>only requires>does_not_require \
        contains>does_not_contain preserves>does_not_preserve is_true>is_false is_false>is_true \
        holds>does_not_hold include>exclude includes>excludes including>excluding \
        improves>worsens helps>does_not_help prevents>causes enables>prevents \
        contains>lacks uses>does_not_use",
    junction: "or>and and>or",
    endings: &[""],
    numbers: &[
        "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    ],
    labels: &[
        "figure",
        "fig",
        "section",
        "chapter",
        "table",
        "theorem",
        "lemma",
        "equation",
        "page",
        "step",
        "definition",
        "example",
        "exercise",
        "part",
        "version",
        "listing",
        "line",
        "rule",
        "problem",
        "appendix",
        "note",
        "volume",
        "proposition",
        "corollary",
        "algorithm",
    ],
};
